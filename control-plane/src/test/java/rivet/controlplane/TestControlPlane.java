package rivet.controlplane;

import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import rivet.protocol.AgentId;

/** A whole control plane on its own port, its API as a stranger sees it, and agents that join it. */
public final class TestControlPlane implements AutoCloseable {

    private static final Map<String, Object> DEFAULTS = Map.of(
            "rivet.api.port",
            0,
            "rivet.agents.token",
            SimulatedAgent.TOKEN,
            // Simulated agents send a heartbeat only when a test says so.
            "rivet.agents.fresh",
            "1h",
            "rivet.agents.unreachable",
            "1h",
            "rivet.agents.replace-after",
            "1h",
            // A busy machine is not a database that is away.
            "rivet.agents.answer",
            "800ms",
            // What a test waits for comes by nudges or soon after.
            "rivet.loops.interval",
            "100ms");

    private final ControlPlane controlPlane;
    private final TestDatabase database;
    private final Api api;
    private final List<SimulatedAgent> agents = new CopyOnWriteArrayList<>();

    private TestControlPlane(ControlPlane controlPlane, TestDatabase database) {
        this.controlPlane = controlPlane;
        this.database = database;
        this.api = new Api(controlPlane.uri());
    }

    /** @param settings win over those that all tests have */
    public static TestControlPlane start(TestDatabase database, Map<String, Object> settings) {
        var all = new HashMap<>(DEFAULTS);
        all.putAll(database.properties());
        all.putAll(settings);
        return new TestControlPlane(ControlPlane.start(all), database);
    }

    public URI uri() {
        return controlPlane.uri();
    }

    public Api api() {
        return api;
    }

    /** A part of it, for tests that go by what there is, such as all handlers. */
    public <T> T bean(Class<T> type) {
        return controlPlane.bean(type);
    }

    public TestDatabase database() {
        return database;
    }

    /** An agent that is connected and has its first set; it leaves when the control plane is closed. */
    public SimulatedAgent agent(String region, int millicores, int mib) {
        return agent(AgentId.random(), region, millicores, mib);
    }

    /** Likewise one that was here before. */
    public SimulatedAgent agent(AgentId id, String region, int millicores, int mib) {
        var agent = SimulatedAgent.joined(uri(), id, region, millicores, mib, List.of());
        agents.add(agent);
        return agent;
    }

    @Override
    public void close() {
        agents.forEach(SimulatedAgent::close);
        api.close();
        controlPlane.close();
    }
}
