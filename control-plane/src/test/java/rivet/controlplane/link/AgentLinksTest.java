package rivet.controlplane.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import rivet.controlplane.PostgresTest;
import rivet.controlplane.TestControlPlane;
import rivet.controlplane.TestDatabase;
import rivet.controlplane.actor.Actors;
import rivet.controlplane.actor.DesiredSets;
import rivet.controlplane.agent.AgentSettings;
import rivet.controlplane.agent.Agents;
import rivet.controlplane.connection.Connections;
import rivet.controlplane.database.Transactions;
import rivet.controlplane.log.ActorLogs;
import rivet.controlplane.route.Routes;
import rivet.protocol.AgentId;
import rivet.protocol.Wire;
import rivet.protocol.link.ToAgent;
import rivet.protocol.link.ToControlPlane;

/** Which of an agent's connections is told what changes. */
@PostgresTest
class AgentLinksTest {

    private static final AgentId AGENT = AgentId.random();

    private final TestDatabase database;
    private TestControlPlane controlPlane;
    private AgentLinks links;
    private AgentLink.Rooms rooms;

    AgentLinksTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void start() {
        controlPlane = TestControlPlane.start(database, Map.of());
        links = controlPlane.bean(AgentLinks.class);
        rooms = new AgentLink.Rooms(
                controlPlane.bean(Agents.class),
                controlPlane.bean(AgentSettings.class),
                controlPlane.bean(Actors.class),
                controlPlane.bean(DesiredSets.class),
                controlPlane.bean(ActorLogs.class),
                controlPlane.bean(Routes.class),
                controlPlane.bean(Connections.class),
                new PushTimes(new SimpleMeterRegistry()));
    }

    @AfterEach
    void close() {
        controlPlane.close();
    }

    @Test
    void connection_that_was_slow_to_join_does_not_take_the_place_of_the_newer_one() {
        var newer = new AgentLink(new WhenWelcomed(() -> {}), rooms, links);
        var slow = new AgentLink(new WhenWelcomed(() -> newer.hear(hello())), rooms, links);

        slow.hear(hello());
        slow.leave();
        newer.takeChange();
        change();

        assertThat(newer.takeChange()).isTrue();
    }

    private void change() {
        controlPlane.bean(Transactions.class).run(() -> {
            controlPlane.bean(Agents.class).setChanged(AGENT);
            return AGENT;
        });
    }

    private static String hello() {
        return Wire.JSON
                .writerFor(ToControlPlane.class)
                .writeValueAsString(new ToControlPlane.Hello(
                        AGENT,
                        ToControlPlane.PROTOCOL,
                        "test",
                        "local",
                        "http://127.0.0.1:1",
                        new ToControlPlane.Capacity(1000, 1024),
                        List.of()));
    }

    /** Something happens between a welcome and all that comes after it. */
    private record WhenWelcomed(Runnable meanwhile) implements Socket {

        @Override
        public Stream<String> frames() {
            return Stream.empty();
        }

        @Override
        public void send(ToAgent message) {
            if (message instanceof ToAgent.Welcome) {
                meanwhile.run();
            }
        }

        @Override
        public void close() {}

        @Override
        public void closeForError() {}
    }
}
