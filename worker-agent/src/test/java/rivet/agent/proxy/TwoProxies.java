package rivet.agent.proxy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
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

    private TwoProxies(UnaryOperator<ProxySettings> first, UnaryOperator<ProxySettings> owner) {
        this.first = ProxyUnderTest.hopping(FIRST, TOKEN, first);
        this.owner = ProxyUnderTest.hopping(OWNER, TOKEN, owner);
        runs(1);
    }

    static TwoProxies start() {
        return start(UnaryOperator.identity());
    }

    /** @param change of the first one's settings */
    static TwoProxies start(UnaryOperator<ProxySettings> change) {
        return new TwoProxies(change, UnaryOperator.identity());
    }

    /** Both with these settings. */
    static TwoProxies alike(UnaryOperator<ProxySettings> change) {
        return new TwoProxies(change, change);
    }

    /** As between two machines, though this is one. */
    static ProxySettings encrypted(ProxySettings settings) {
        return encrypted(settings, true);
    }

    static ProxySettings encrypted(ProxySettings settings, boolean on) {
        HopSettings hop = settings.hop().orElseThrow();
        return settings.withHop(new HopSettings(hop.host(), hop.port(), hop.announced(), hop.key(), Optional.of(on)));
    }

    static TwoProxies ready(RawActor actor) {
        TwoProxies both = start();
        both.owner.ready(actor);
        return both;
    }

    /** A third one, or one that takes the owner's place. */
    static ProxyUnderTest another(AgentId agent, UnaryOperator<ProxySettings> change) {
        return ProxyUnderTest.hopping(agent, TOKEN, change);
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
