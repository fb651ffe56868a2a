package rivet.agent.proxy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.UnaryOperator;
import rivet.agent.proxy.ActorRoute.Status;
import rivet.agent.proxy.hop.HopSettings;
import rivet.protocol.AgentId;
import rivet.protocol.link.ActorLocation;

/** The proxy that clients ask, and the one of the agent that runs {@link ProxyUnderTest#ACTOR}. */
final class TwoProxies implements AutoCloseable {

    static final AgentId FIRST = AgentId.parse("aaaaaaaa-2222-4333-8444-555555555555");
    static final AgentId OWNER = AgentId.parse("bbbbbbbb-2222-4333-8444-555555555555");
    private static final String TOKEN = "what the agents know";

    final ProxyUnderTest first;
    final ProxyUnderTest owner;

    private TwoProxies(UnaryOperator<ProxySettings> change) {
        first = ProxyUnderTest.hopping(FIRST, TOKEN, change);
        owner = ProxyUnderTest.hopping(OWNER, TOKEN);
        runs(1);
    }

    static TwoProxies start() {
        return start(UnaryOperator.identity());
    }

    /** @param change of the first one's settings */
    static TwoProxies start(UnaryOperator<ProxySettings> change) {
        return new TwoProxies(change);
    }

    static TwoProxies ready(RawActor actor) {
        TwoProxies both = start();
        both.owner.ready(actor);
        return both;
    }

    /** A third one, or one that takes the owner's place. */
    static ProxyUnderTest another(AgentId agent) {
        return ProxyUnderTest.hopping(agent, TOKEN);
    }

    /** The control plane says so from now on. */
    TwoProxies runs(long generation) {
        return runs(OWNER, generation, owner.hopAddress());
    }

    TwoProxies runs(AgentId agent, long generation, InetSocketAddress at) {
        return says("running", agent, generation, at);
    }

    TwoProxies says(String state, AgentId agent, long generation, InetSocketAddress at) {
        var hop = new ActorLocation.Hop(HopSettings.text(at), generation);
        first.locate(ProxyUnderTest.ACTOR, new ActorLocation(ProxyUnderTest.ACTOR, state, agent, null, hop, 7L));
        return this;
    }

    TwoProxies route(long generation, Status status, int port) {
        owner.route(generation, status, port);
        return this;
    }

    RawConnection connect() throws IOException {
        return first.connect();
    }

    @Override
    public void close() {
        first.close();
        owner.close();
    }
}
