package rivet.agent.launch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rivet.agent.bundle.Bundle;
import rivet.agent.bundle.Bundles;
import rivet.agent.host.Host;
import rivet.agent.host.Limits;
import rivet.agent.host.Sandbox;
import rivet.agent.linux.Exit;
import rivet.agent.warden.Outputs;
import rivet.protocol.link.ActorSpec;

/**
 * Makes for each jar that is used here the cache with which a JVM starts in three quarters of the time: once, in a sandbox,
 * one at a time and behind the actors, who start without until it is there.
 */
final class AotCaches implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(AotCaches.class);

    /** The actor that showed the need starts first. */
    private static final Duration AFTER = Duration.ofSeconds(3);

    private static final Duration BOUND = Duration.ofMinutes(2);
    private static final Duration END_BOUND = Duration.ofSeconds(20);

    /** The least weight on the processors, and room for all classes at once. */
    private static final Limits LIMITS = new Limits(10, 1024);

    private static final int SAID_KEPT_BYTES = 2000;

    private final Host host;
    private final Bundles bundles;

    /** Digests; what failed is not tried again before the agent is restarted. */
    private final Set<String> begun = ConcurrentHashMap.newKeySet();

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofVirtual().name("aot-cache").factory());

    AotCaches(Host host, Bundles bundles) {
        this.host = host;
        this.bundles = bundles;
    }

    /** Returns at once. */
    void makeOnce(Jvm jvm, ActorSpec.Build build) {
        if (begun.add(build.sha256())) {
            var _ = thread.schedule(() -> make(jvm, build), AFTER.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(END_BOUND.toSeconds(), TimeUnit.SECONDS)) {
                log.warn("a cache that was being made did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void make(Jvm jvm, ActorSpec.Build build) {
        try (var bundle = bundles.fetch(build).get();
                var sandbox = host.open(LIMITS)) {
            var made = sandbox.folder().resolve("tmp/aot");
            rehearse(sandbox, jvm, bundle, made);
            if (!Files.isRegularFile(made, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException("the JVM wrote no cache");
            }
            bundle.derive(jvm.cacheName(), made);
            log.atInfo().addKeyValue("build", build.id()).log("actors of this build now start from a cache");
        } catch (InterruptedException _) {
            log.debug("the agent ends: a cache is not made");
        } catch (ExecutionException | TimeoutException | IOException | RuntimeException e) {
            log.atWarn().addKeyValue("build", build.id()).setCause(e).log("no cache could be made for a jar");
        }
    }

    private static void rehearse(Sandbox sandbox, Jvm jvm, Bundle bundle, Path target)
            throws InterruptedException, ExecutionException, TimeoutException, IOException {
        var said = new ByteArrayOutputStream();
        var outputs = new Outputs(bytes -> note(said, bytes), bytes -> note(said, bytes));
        try {
            var child = sandbox.start(
                    jvm.rehearsal(bundle.content(), LIMITS.memoryMib(), target), sandbox.folder(), Map.of(), outputs);
            child.closeInput();
            var exit = child.exit().get(BOUND.toSeconds(), TimeUnit.SECONDS);
            if (!exit.equals(new Exit.Code(0))) {
                throw new IOException(
                        "the JVM ended with %s: %s".formatted(exit, said.toString(StandardCharsets.UTF_8)));
            }
        } finally {
            sandbox.killAll();
        }
    }

    private static void note(ByteArrayOutputStream said, byte[] bytes) {
        if (said.size() < SAID_KEPT_BYTES) {
            said.writeBytes(bytes);
        }
    }
}
