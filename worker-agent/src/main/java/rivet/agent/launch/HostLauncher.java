package rivet.agent.launch;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import rivet.agent.bundle.BuildUnavailable;
import rivet.agent.bundle.Bundle;
import rivet.agent.bundle.Bundles;
import rivet.agent.dir.ActorDirs;
import rivet.agent.dir.Dir;
import rivet.agent.dir.DirRefused;
import rivet.agent.host.Host;
import rivet.agent.kv.ActorStores;
import rivet.agent.supervise.Launcher;
import rivet.protocol.link.ActorSpec;
import rivet.protocol.link.DownReason;

/** Launches actors as processes of this machine. */
public final class HostLauncher implements Launcher, AutoCloseable {

    private final Host host;
    private final Bundles bundles;
    private final Javascript javascript;
    private final Java java;
    private final String apiEndpoint;
    private final ActorStores stores;
    private final ActorDirs dirs;
    private final Executor threads = Thread.ofVirtual().name("prepare-", 0)::start;

    public HostLauncher(Host host, Bundles bundles, Runtimes runtimes, ControlPlane controlPlane) {
        this.host = host;
        this.bundles = bundles;
        this.javascript = runtimes.javascript();
        this.java = runtimes.java();
        this.apiEndpoint = controlPlane.apiEndpoint();
        this.stores = controlPlane.stores();
        this.dirs = controlPlane.dirs();
    }

    /**
     * What actors reach of the control plane.
     *
     * @param apiEndpoint its API
     * @param stores what they remember
     * @param dirs and what they have on disk
     */
    public record ControlPlane(String apiEndpoint, ActorStores stores, ActorDirs dirs) {}

    /** The languages that bring a runtime of ours; closed with the launcher. */
    public record Runtimes(Javascript javascript, Java java) {}

    @Override
    public CompletableFuture<Prepared> prepare(ActorSpec spec) {
        return switch (spec.build().kind()) {
            case JAVASCRIPT -> javascript.ready().thenCompose(_ -> fetch(spec)).thenApply(OfJavascript::new);
            case EXECUTABLE -> fetch(spec).thenApply(OfExecutable::new);
            case JAVA ->
                CompletableFuture.supplyAsync(java::jvm, threads)
                        .thenCompose(jvm -> fetch(spec).thenApply(bundle -> new OfJava(jvm, bundle)));
            case OCI_BUNDLE, DOCKER_IMAGE ->
                CompletableFuture.failedFuture(new LaunchFailed(
                        DownReason.SPAWN_FAILED,
                        "build kind %s: this version cannot run it (expected: javascript, java or executable)"
                                .formatted(spec.build().kind()),
                        null));
        };
    }

    @Override
    public List<Survivor> survivors() {
        return host.survivors().stream()
                .<Survivor>mapMulti((process, into) ->
                        HostSurvivor.of(process, stores, dirs).ifPresent(into))
                .toList();
    }

    @Override
    public void close() {
        java.close();
        javascript.close();
    }

    private CompletableFuture<Bundle> fetch(ActorSpec spec) {
        return bundles.fetch(spec.build()).exceptionallyCompose(failure -> {
            var cause = Bundles.cause(failure);
            return CompletableFuture.failedFuture(
                    cause instanceof BuildUnavailable
                            ? new LaunchFailed(DownReason.BUILD_UNAVAILABLE, String.valueOf(cause.getMessage()), cause)
                            : cause);
        });
    }

    /** What it has in its directory is here before it starts, and given back if it does not. */
    private SandboxProcess launch(Order order, Function<Provisions, SandboxProcess> start) {
        var dir = dir(order);
        try {
            return start.apply(new Provisions(ActorVariables.of(order, apiEndpoint), stores, dirs, dir));
        } catch (RuntimeException e) {
            if (dir != null) {
                var _ = dir.keep();
                dir.close();
            }
            throw e;
        }
    }

    private @Nullable Dir dir(Order order) {
        var quotaBytes = order.spec().dirQuotaBytes();
        if (quotaBytes == null) {
            return null;
        }
        try {
            return dirs.open(order.actor(), order.generation(), quotaBytes);
        } catch (DirRefused e) {
            throw new LaunchFailed(DownReason.DIR_UNAVAILABLE, String.valueOf(e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LaunchFailed(DownReason.DIR_UNAVAILABLE, "interrupted", e);
        }
    }

    private final class OfJavascript implements Prepared {

        private final Bundle bundle;

        OfJavascript(Bundle bundle) {
            this.bundle = bundle;
        }

        @Override
        public Process launch(Order order) {
            return HostLauncher.this.launch(order, provisions -> javascript.launch(order, bundle, provisions));
        }

        @Override
        public void close() {
            bundle.close();
        }
    }

    private final class OfJava implements Prepared {

        private final Jvm jvm;
        private final Bundle bundle;

        OfJava(Jvm jvm, Bundle bundle) {
            this.jvm = jvm;
            this.bundle = bundle;
        }

        @Override
        public Process launch(Order order) {
            return HostLauncher.this.launch(order, provisions -> java.launch(order, jvm, bundle, provisions));
        }

        @Override
        public void close() {
            bundle.close();
        }
    }

    private final class OfExecutable implements Prepared {

        private final Bundle bundle;

        OfExecutable(Bundle bundle) {
            this.bundle = bundle;
        }

        @Override
        public Process launch(Order order) {
            Path content = bundle.content();
            return HostLauncher.this.launch(order, provisions -> Executable.launch(host, order, content, provisions));
        }

        @Override
        public void close() {
            bundle.close();
        }
    }
}
