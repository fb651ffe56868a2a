package rivet.controlplane.actor;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import rivet.controlplane.web.Problem;
import rivet.controlplane.web.Times;
import rivet.protocol.Health;
import rivet.protocol.api.CreateActorRequest;

/** Reads how an actor is seen to have started and to work still, and shows it again. */
final class HealthChecks {

    private static final long USUAL_PERIOD_MS = 10_000;
    private static final int USUAL_FAILURES = 3;
    private static final int MOST_FAILURES = 100;
    private static final int LONGEST_PATH = 1024;

    private HealthChecks() {}

    /** @return null where nothing is said */
    static @Nullable Health read(CreateActorRequest.@Nullable Lifecycle lifecycle, Map<String, ActorSetup.Port> ports) {
        if (lifecycle == null) {
            return null;
        }
        var readiness = lifecycle.readiness();
        var read = new Health(
                Times.ms("lifecycle.start_timeout", lifecycle.startTimeout()),
                readiness != null && Boolean.TRUE.equals(readiness.signal()),
                readiness == null ? null : http("lifecycle.readiness.http", readiness.http(), ports),
                liveness(lifecycle.liveness(), ports));
        return read.equals(Health.USUAL) ? null : read;
    }

    private static Health.@Nullable Liveness liveness(
            CreateActorRequest.@Nullable Liveness liveness, Map<String, ActorSetup.Port> ports) {
        if (liveness == null) {
            return null;
        }
        var field = "lifecycle.liveness";
        var http = http(field + ".http", liveness.http(), ports);
        if (http == null) {
            throw Problem.badField(field + ".http", null, "an object with port and path");
        }
        var period = Times.ms(field + ".period", liveness.period());
        var failures = liveness.failures() == null ? USUAL_FAILURES : liveness.failures();
        if (failures < 1 || failures > MOST_FAILURES) {
            throw Problem.badField(field + ".failures", failures, "1 to %d".formatted(MOST_FAILURES));
        }
        return new Health.Liveness(http, period == null ? USUAL_PERIOD_MS : period, failures);
    }

    private static Health.@Nullable HttpCheck http(
            String field, CreateActorRequest.@Nullable HttpCheck check, Map<String, ActorSetup.Port> ports) {
        if (check == null) {
            return null;
        }
        var port = check.port() == null ? null : ports.get(check.port());
        if (check.port() == null || port == null || !port.protocol().isHttp()) {
            throw Problem.badField(
                    field + ".port", check.port(), "the name of a port of the actor whose protocol is http or https");
        }
        var path = check.path();
        if (path == null || path.length() > LONGEST_PATH || !path.matches("/[!-~]*")) {
            throw Problem.badField(
                    field + ".path", path, "a slash and what follows it, at most %d bytes".formatted(LONGEST_PATH));
        }
        return new Health.HttpCheck(check.port(), path);
    }

    static CreateActorRequest.@Nullable Readiness readiness(Health health) {
        return !health.signal() && health.ready() == null
                ? null
                : new CreateActorRequest.Readiness(health.signal() ? true : null, shown(health.ready()));
    }

    static CreateActorRequest.@Nullable Liveness liveness(Health health) {
        var live = health.live();
        return live == null
                ? null
                : new CreateActorRequest.Liveness(shown(live.http()), live.periodMs(), live.failures());
    }

    private static CreateActorRequest.@Nullable HttpCheck shown(Health.@Nullable HttpCheck check) {
        return check == null ? null : new CreateActorRequest.HttpCheck(check.port(), check.path());
    }
}
