package rivet.agent.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import rivet.agent.FakeControlPlane;
import rivet.protocol.ActorId;
import rivet.protocol.AgentId;
import rivet.protocol.BuildId;
import rivet.protocol.LogStream;
import rivet.protocol.link.ActorLocation;
import rivet.protocol.link.ActorReport;
import rivet.protocol.link.ActorReport.Phase;
import rivet.protocol.link.DesiredActor;
import rivet.protocol.link.DesiredActor.Stop;
import rivet.protocol.link.ToAgent;
import rivet.protocol.link.ToAgent.Desired;
import rivet.protocol.link.ToControlPlane;
import rivet.protocol.link.ToControlPlane.Hello;
import rivet.protocol.link.ToControlPlane.LogLine;

class ControlPlaneLinkTest {

    private final AgentId id = AgentId.random();
    private final ActorId actor = ActorId.random();
    private final List<ActorReport> inventory = new CopyOnWriteArrayList<>();
    private final List<Desired> sets = new CopyOnWriteArrayList<>();
    private FakeControlPlane controlPlane;
    private ControlPlaneLink link;

    @BeforeEach
    void start() {
        controlPlane = new FakeControlPlane();
        var settings = new LinkSettings(id, controlPlane.uri(), new Secret(FakeControlPlane.TOKEN));
        link = new ControlPlaneLink(settings, new OurSide(), () -> 0.5);
        link.start();
        soon().until(() -> controlPlane.hellos.size() == 1);
    }

    @AfterEach
    void close() {
        link.close();
        controlPlane.close();
    }

    @Test
    void heartbeats_go_on_and_count_from_when_they_were_sent() {
        soon().until(() -> controlPlane.heartbeats.size() >= 3);

        soon().until(() -> link.leaseGrantedFrom().isPresent());
        assertThat(controlPlane.heartbeats)
                .allMatch(heartbeat -> heartbeat.agent().equals(id) && heartbeat.epoch() == 1);
        assertThat(link.leaseGrantedFrom().getAsLong()).isLessThan(System.nanoTime());
    }

    @Test
    void fenced_agent_says_hello_again_and_has_no_lease_until_then() {
        soon().until(() -> link.leaseGrantedFrom().isPresent());

        controlPlane.fenceNext = true;

        soon().until(() -> controlPlane.hellos.size() == 2);
        soon().until(() -> controlPlane.heartbeats.getLast().epoch() == 2);
    }

    @Test
    void facts_of_the_time_without_a_connection_are_in_the_next_hello() {
        var up = new ActorReport(actor, 1, new Phase.Up(Map.of("http", 20_001)));
        inventory.add(up);

        controlPlane.disconnect();

        soon().until(() -> controlPlane.hellos.size() == 2);
        assertThat(controlPlane.hellos.getLast().actors()).containsExactly(up);
    }

    @Test
    void sets_and_reports_of_megabytes_pass_in_fragments() {
        var many = new ArrayList<DesiredActor>();
        for (int i = 0; i < 30_000; i++) {
            many.add(new Stop(ActorId.random(), i, 5_000));
        }
        var text = "ä\uD83D\uDE00".repeat(30_000);

        controlPlane.desire(many.toArray(DesiredActor[]::new));
        link.log(new LogLine(actor, 1, LogStream.STDOUT, Instant.EPOCH, text));

        soon().until(() -> !sets.isEmpty() && sets.getLast().actors().size() == many.size());
        assertThat(sets.getLast().actors()).isEqualTo(many);
        soon().until(() -> controlPlane.text(actor).equals(text));
    }

    @Test
    void half_open_socket_is_given_up() {
        controlPlane.deafen();

        await().atMost(Duration.ofSeconds(20)).until(() -> controlPlane.hellos.size() >= 2);
    }

    @Test
    void rejection_after_a_welcome_harms_nothing() {
        controlPlane.say(new ToAgent.Rejected("later", "does not count after a welcome"));

        controlPlane.desire(new Stop(actor, 1, 0));

        soon().until(() -> sets.stream().anyMatch(set -> !set.actors().isEmpty()));
    }

    @Test
    void token_is_never_shown() {
        assertThat(new LinkSettings(id, controlPlane.uri(), new Secret("hidden")).toString())
                .doesNotContain("hidden")
                .contains("***");
    }

    @Test
    void build_is_streamed_and_one_that_is_not_there_is_an_error() throws Exception {
        var build = BuildId.random();
        controlPlane.builds.put(build, new byte[] {1, 2, 3});

        try (var in = link.download(build)) {
            assertThat(in.readAllBytes()).containsExactly(1, 2, 3);
        }
        assertThatThrownBy(() -> link.download(BuildId.random()).close()).hasMessageContaining("status 404");
    }

    @Test
    void actor_is_located_or_is_not() throws Exception {
        var location = new ActorLocation(actor, "running", id, "http://127.0.0.1:7080");
        controlPlane.locations.put(actor, location);

        assertThat(link.locate(actor).toCompletableFuture().get(5, TimeUnit.SECONDS))
                .contains(location);
        assertThat(link.locate(ActorId.random()).toCompletableFuture().get(5, TimeUnit.SECONDS))
                .isEmpty();
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(10)).pollInterval(Duration.ofMillis(5));
    }

    private final class OurSide implements ControlPlaneLink.Agent {

        @Override
        public Hello hello() {
            var capacity = new ToControlPlane.Capacity(1000, 1000);
            return new Hello(
                    id, ToControlPlane.PROTOCOL, "test", "local", "http://127.0.0.1:7080", capacity, inventory);
        }

        @Override
        public void desired(Desired set) {
            sets.add(set);
        }
    }
}
