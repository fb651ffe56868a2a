package rivet.agent.proxy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import rivet.protocol.AgentId;

/** Where connections lead. They are kept for requests that go the same way. */
sealed interface Line {

    InetSocketAddress address();

    /** Whether its other end closes connections that wait for a request, before we do. */
    boolean closesUnasked();

    void closedUnasked();

    /**
     * One port of one generation of an actor here. No two are the same, whatever their numbers: a number may be given to
     * another actor when this one is gone. Always on loopback: nothing else can be reached so.
     */
    final class Here implements Line {

        private final InetSocketAddress address;
        private volatile boolean closesUnasked;

        Here(int port) {
            this.address = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
        }

        @Override
        public InetSocketAddress address() {
            return address;
        }

        @Override
        public boolean closesUnasked() {
            return closesUnasked;
        }

        @Override
        public void closedUnasked() {
            closesUnasked = true;
        }
    }

    /** The proxy of another agent, which has to prove that it is that one; whichever of its actors is meant. */
    record Hop(AgentId owner, InetSocketAddress address) implements Line {

        /** It does so only when it ends. */
        @Override
        public boolean closesUnasked() {
            return false;
        }

        @Override
        public void closedUnasked() {
            // what comes next is a new start of it
        }
    }
}
