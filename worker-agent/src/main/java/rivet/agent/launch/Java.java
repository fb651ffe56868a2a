package rivet.agent.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import rivet.agent.bundle.Bundle;
import rivet.agent.bundle.Bundles;
import rivet.agent.host.Host;
import rivet.agent.supervise.Launcher.LaunchFailed;
import rivet.agent.supervise.Launcher.Order;
import rivet.protocol.link.DownReason;

/** Java actors: a jar that names a class that implements {@code rivet.actor.Actor}, one JVM each. */
public final class Java implements AutoCloseable {

    private final Host host;
    private final Optional<Path> named;
    private final AotCaches caches;
    private @Nullable Jvm jvm;

    /** @param named the {@code java} program; absent: the one that runs this agent */
    public Java(Host host, Bundles bundles, Optional<Path> named) {
        this.host = host;
        this.named = named;
        this.caches = new AotCaches(host, bundles);
    }

    /** Fails with what to mend where no Java actor can run here; not remembered, so that the next call looks again. */
    synchronized Jvm jvm() {
        var known = jvm;
        if (known == null) {
            try {
                known = Jvm.of(program(), SdkJar.in(PublicFiles.folder(host, "lib")));
            } catch (IOException | UncheckedIOException e) {
                throw new LaunchFailed(DownReason.SPAWN_FAILED, "Java actors cannot run here: " + e, e);
            }
            jvm = known;
        }
        return known;
    }

    SandboxProcess launch(Order order, Jvm jvm, Bundle bundle, Provisions provisions) {
        var spec = order.spec();
        var cache = bundle.derived(jvm.cacheName());
        if (cache.isEmpty()) {
            caches.makeOnce(jvm, spec.build());
        }
        return Program.launch(
                host,
                order,
                provisions,
                folder -> new Program(jvm.line(bundle.content(), spec.memoryMib(), folder, cache), folder));
    }

    @Override
    public void close() {
        caches.close();
    }

    private Path program() throws IOException {
        var program = named.orElse(Path.of(System.getProperty("java.home"), "bin", "java"));
        if (!Files.isExecutable(program)) {
            throw unusable("%s cannot be executed".formatted(program));
        }
        var real = program.toRealPath();
        if (!host.isReachable(real)) {
            throw unusable("actors' users cannot reach %s".formatted(real));
        }
        return real;
    }

    private static LaunchFailed unusable(String why) {
        return new LaunchFailed(
                DownReason.SPAWN_FAILED,
                "Java actors cannot run here: %s (set RIVET_JAVA to a java program of version 25 or newer, such as"
                                .formatted(why)
                        + " /usr/lib/jvm/temurin-25/bin/java)",
                null);
    }
}
