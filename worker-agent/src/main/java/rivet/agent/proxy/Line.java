package rivet.agent.proxy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import rivet.protocol.AgentId;

/** Where connections lead. They are kept for requests that go the same way. */
sealed interface Line {

    InetSocketAddress address();

    /**
     * One port of one generation of an actor here. No two are the same, whatever their numbers: a number may be given to
     * another actor when this one is gone. Always on loopback: nothing else can be reached so.
     */
    final class Here implements Line {

        private final InetSocketAddress address;

        Here(int port) {
            this.address = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
        }

        @Override
        public InetSocketAddress address() {
            return address;
        }
    }

    /** The proxy of another agent, which has to prove that it is that one; whichever of its actors is meant. */
    record Hop(AgentId owner, InetSocketAddress address) implements Line {}
}
