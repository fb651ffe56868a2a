package rivet.controlplane.agent;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import rivet.controlplane.replica.Replicas;
import rivet.controlplane.web.Problem;
import rivet.protocol.link.Heartbeat;

/** Answers heartbeats in time, whatever the database does. */
@Component
final class Leases {

    private static final Logger log = LoggerFactory.getLogger(Leases.class);

    private final LeaseRepository repository;
    private final Replicas replicas;
    private final Promises promises;
    private final AgentSettings settings;
    private final LongSupplier monotonic;
    private final Executor virtualThreads;
    private final Counter promised;
    private volatile boolean away;

    Leases(
            LeaseRepository repository,
            Replicas replicas,
            Promises promises,
            AgentSettings settings,
            LongSupplier monotonic,
            Executor virtualThreads,
            MeterRegistry registry) {
        this.repository = repository;
        this.replicas = replicas;
        this.promises = promises;
        this.settings = settings;
        this.monotonic = monotonic;
        this.virtualThreads = virtualThreads;
        this.promised = Counter.builder("rivet.agents.promises")
                .description("Heartbeats that were answered with a promise, because the database did not answer.")
                .register(registry);
    }

    /** A renewal that comes too late for this answer may still be done; then the agent is safe for longer than it knows. */
    Heartbeat.Answer renew(Heartbeat heartbeat) {
        var answer = CompletableFuture.supplyAsync(() -> renewed(heartbeat), virtualThreads);
        try {
            var inTime = answer.get(settings.answer().toMillis(), TimeUnit.MILLISECONDS);
            tell(false);
            return inTime;
        } catch (TimeoutException e) {
            return promise(heartbeat, e);
        } catch (ExecutionException e) {
            return promise(heartbeat, e.getCause() instanceof DataAccessException away ? away : e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable(e);
        }
    }

    Heartbeat.Answer renewed(Heartbeat heartbeat) {
        if (!repository.renew(heartbeat, settings.fence())) {
            return new Heartbeat.Answer.Fenced(repository.epoch(heartbeat.agent()));
        }
        var list = replicas.list();
        var held = heartbeat.replicas() == null ? 0 : heartbeat.replicas();
        return new Heartbeat.Answer.Grant(heartbeat.nonce(), heartbeat.epoch(), list.revision() > held ? list : null);
    }

    Heartbeat.Answer promise(Heartbeat heartbeat, Exception cause) {
        tell(true);
        var own = replicas.own();
        if (settings.outage().isZero()
                || own.isEmpty()
                || !promises.promise(heartbeat.agent(), monotonic.getAsLong())) {
            throw unavailable(cause);
        }
        promised.increment();
        return new Heartbeat.Answer.Promise(heartbeat.nonce(), own.get());
    }

    private void tell(boolean isAway) {
        if (away != isAway) {
            away = isAway;
            log.warn(
                    isAway
                            ? "heartbeats cannot be kept: agents are promised to be left alone"
                            : "heartbeats are kept again");
        }
    }

    private static Problem unavailable(Exception cause) {
        return new Problem(
                HttpStatus.SERVICE_UNAVAILABLE,
                "DATABASE_UNAVAILABLE",
                "the database did not say in time whether the lease is renewed; try again",
                cause);
    }
}
