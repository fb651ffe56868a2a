package rivet.controlplane.replica;

import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import rivet.simulation.Parts;

/** What the simulation asks of this room. */
public final class ReplicaDoor {

    private ReplicaDoor() {}

    /** @return this replica's place in the list, which it takes at its next look */
    public static Replicas reachable(Parts parts) {
        var replicas = parts.get(Replicas.class);
        replicas.onApplicationEvent(new Listening());
        return replicas;
    }

    private static final class Listening extends WebServerInitializedEvent {

        private static final long serialVersionUID = 1;

        Listening() {
            super(new NoServer());
        }

        @Override
        public WebServerApplicationContext getApplicationContext() {
            throw new IllegalStateException("the simulation has no context");
        }
    }

    private static final class NoServer implements WebServer {

        @Override
        public void start() {}

        @Override
        public void stop() {}

        @Override
        public int getPort() {
            return 1;
        }
    }
}
