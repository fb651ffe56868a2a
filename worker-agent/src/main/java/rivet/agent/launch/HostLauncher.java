package rivet.agent.launch;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import rivet.agent.bundle.BuildUnavailable;
import rivet.agent.bundle.Bundle;
import rivet.agent.bundle.Bundles;
import rivet.agent.host.Host;
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
    private final Executor threads = Thread.ofVirtual().name("prepare-", 0)::start;

    /** @param apiEndpoint where actors reach the control plane's API */
    public HostLauncher(Host host, Bundles bundles, Runtimes runtimes, String apiEndpoint) {
        this.host = host;
        this.bundles = bundles;
        this.javascript = runtimes.javascript();
        this.java = runtimes.java();
        this.apiEndpoint = apiEndpoint;
    }

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
                .<Survivor>mapMulti((process, into) -> HostSurvivor.of(process).ifPresent(into))
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

    private final class OfJavascript implements Prepared {

        private final Bundle bundle;

        OfJavascript(Bundle bundle) {
            this.bundle = bundle;
        }

        @Override
        public Process launch(Order order) {
            return javascript.launch(order, bundle, ActorVariables.of(order, apiEndpoint));
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
            return java.launch(order, jvm, bundle, ActorVariables.of(order, apiEndpoint));
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
            return Executable.launch(host, order, content, ActorVariables.of(order, apiEndpoint));
        }

        @Override
        public void close() {
            bundle.close();
        }
    }
}
