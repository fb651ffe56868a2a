package rivet.agent.launch;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
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
    private final String apiEndpoint;

    /** @param apiEndpoint where actors reach the control plane's API */
    public HostLauncher(Host host, Bundles bundles, Javascript javascript, String apiEndpoint) {
        this.host = host;
        this.bundles = bundles;
        this.javascript = javascript;
        this.apiEndpoint = apiEndpoint;
    }

    @Override
    public CompletableFuture<Prepared> prepare(ActorSpec spec) {
        return switch (spec.build().kind()) {
            case JAVASCRIPT -> javascript.ready().thenCompose(_ -> fetch(spec)).thenApply(OfJavascript::new);
            case EXECUTABLE -> fetch(spec).thenApply(OfExecutable::new);
            case JAVA, OCI_BUNDLE, DOCKER_IMAGE ->
                CompletableFuture.failedFuture(new LaunchFailed(
                        DownReason.SPAWN_FAILED,
                        "build kind %s: this version cannot run it (expected: javascript or executable)"
                                .formatted(spec.build().kind()),
                        null));
        };
    }

    @Override
    public void close() {
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
            return javascript.launch(order, bundle.content(), ActorVariables.of(order, apiEndpoint));
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
