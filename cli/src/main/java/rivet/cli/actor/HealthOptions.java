package rivet.cli.actor;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import rivet.cli.terminal.Failure;
import rivet.protocol.api.CreateActorRequest.HttpCheck;
import rivet.protocol.api.CreateActorRequest.Liveness;
import rivet.protocol.api.CreateActorRequest.Readiness;

/** How an actor is seen to have started, and to work still. */
final class HealthOptions {

    @Option(
            names = "--start-timeout",
            paramLabel = "MS",
            description =
                    "Milliseconds that a start may take until it is ready (100 to 3600000; else its build's, else 30000, "
                            + "unless its agent's operator set another).")
    private @Nullable Long startTimeoutMs;

    @Option(
            names = "--ready-signal",
            description = "It is ready when it says so: ctx.ready(). Else when its ports are open.")
    private boolean signal;

    @Option(
            names = "--ready-http",
            paramLabel = "PORT:PATH",
            description = "It is ready when it answers this with 2xx, such as 'http:/healthz'.")
    private @Nullable String readyHttp;

    @Option(
            names = "--live-http",
            paramLabel = "PORT:PATH",
            description = "Ask it this again and again, and kill it as crashed when it does not answer with 2xx.")
    private @Nullable String liveHttp;

    @Option(
            names = "--live-period",
            paramLabel = "MS",
            description = "Milliseconds from one such check to the next (100 to 3600000; else 10000).")
    private @Nullable Long livePeriodMs;

    @Option(
            names = "--live-failures",
            paramLabel = "N",
            description = "How many in a row have to fail (1 to 100; else 3).")
    private @Nullable Integer liveFailures;

    @Nullable
    Long startTimeoutMs() {
        return startTimeoutMs;
    }

    @Nullable
    Readiness readiness() {
        return signal || readyHttp != null
                ? new Readiness(signal ? true : null, readyHttp == null ? null : check("--ready-http", readyHttp))
                : null;
    }

    @Nullable
    Liveness liveness() {
        if (liveHttp != null) {
            return new Liveness(check("--live-http", liveHttp), livePeriodMs, liveFailures);
        }
        if (livePeriodMs != null || liveFailures != null) {
            throw Failure.badInput("BAD_OPTION", "--live-period or --live-failures without --live-http");
        }
        return null;
    }

    private static HttpCheck check(String option, String text) {
        int colon = text.indexOf(":/");
        if (colon < 1) {
            throw Failure.badInput(
                    "BAD_OPTION", "%s: '%s' (expected: PORT:PATH, such as http:/healthz)".formatted(option, text));
        }
        return new HttpCheck(text.substring(0, colon), text.substring(colon + 1));
    }
}
