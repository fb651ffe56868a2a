package rivet.agent.link;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rivet.agent.FakeControlPlane;
import rivet.protocol.ActorId;
import rivet.protocol.AgentId;
import rivet.protocol.BuildId;
import rivet.protocol.LogStream;
import rivet.protocol.ReplicaId;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvCall.Question;
import rivet.protocol.kv.KvReply;
import rivet.protocol.link.ActorLocation;
import rivet.protocol.link.ActorReport;
import rivet.protocol.link.ActorReport.Phase;
import rivet.protocol.link.CustomRoute;
import rivet.protocol.link.DesiredActor;
import rivet.protocol.link.DesiredActor.Stop;
import rivet.protocol.link.IngressPort;
import rivet.protocol.link.ReplicaList;
import rivet.protocol.link.ReplicaList.Replica;
import rivet.protocol.link.RouteTraffic;
import rivet.protocol.link.RoutedActors;
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
    private volatile Consumer<Desired> obeying = _ -> {};
    private final List<ActorId> moved = new CopyOnWriteArrayList<>();
    private final List<List<CustomRoute>> routes = new CopyOnWriteArrayList<>();
    private FakeControlPlane controlPlane;
    private ControlPlaneLink link;

    @BeforeEach
    void start() {
        controlPlane = new FakeControlPlane();
        link = linked(controlPlane.uri());
        soon().until(() -> controlPlane.hellos.size() == 1);
    }

    private ControlPlaneLink linked(URI... controlPlanes) {
        var settings = new LinkSettings(id, List.of(controlPlanes), new Secret(FakeControlPlane.TOKEN));
        var started = new ControlPlaneLink(settings, new OurSide(), () -> 0.0);
        started.start();
        return started;
    }

    private final List<Long> grants = new CopyOnWriteArrayList<>();
    private final List<Long> promises = new CopyOnWriteArrayList<>();
    private final List<Long> fences = new CopyOnWriteArrayList<>();

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
        soon().until(() -> grants.contains(2L));
        assertThat(fences).containsExactly(1L);
        assertThat(grants.getFirst()).isEqualTo(1L);
    }

    @Test
    void what_all_replicas_promise_carries_the_lease_on() {
        try (var other = new FakeControlPlane()) {
            holds(list(controlPlane, other.replica, other.uri().toString()));

            other.promises = true;
            controlPlane.promises = true;

            soon().until(() -> !promises.isEmpty());
            assertThat(promises.getFirst() - link.leaseGrantedFrom().getAsLong())
                    .isGreaterThan(Duration.ofMillis(controlPlane.fenceMs).toNanos());
            assertThat(promises.getFirst() - System.nanoTime())
                    .isLessThan(Duration.ofMillis(controlPlane.fenceMs).toNanos());
        }
    }

    @Test
    void what_one_replica_does_not_promise_nobody_does() {
        holds(list(controlPlane, ReplicaId.random(), "http://127.0.0.1:1"));
        int before = controlPlane.heartbeats.size();

        controlPlane.promises = true;

        soon().until(() -> controlPlane.heartbeats.size() > before + 3);
        assertThat(promises).isEmpty();
    }

    @Test
    void of_several_replicas_one_that_grants_is_enough() {
        try (var other = new FakeControlPlane()) {
            holds(list(controlPlane, other.replica, other.uri().toString()));
            controlPlane.promises = true;
            int before = grants.size();

            soon().until(() -> grants.size() > before + 2);

            assertThat(other.heartbeats).hasSizeGreaterThan(2);
            assertThat(promises).isEmpty();
        }
    }

    /** Told and acknowledged. */
    private void holds(ReplicaList list) {
        controlPlane.replicas = list;
        soon().until(() -> controlPlane.heartbeats.stream()
                .anyMatch(heartbeat -> Long.valueOf(list.revision()).equals(heartbeat.replicas())));
        int acknowledged = grants.size();
        soon().until(() -> grants.size() > acknowledged + 1);
    }

    private static ReplicaList list(FakeControlPlane one, ReplicaId other, String url) {
        return new ReplicaList(1, List.of(new Replica(one.replica, one.uri().toString()), new Replica(other, url)));
    }

    @Test
    void when_a_control_plane_goes_the_next_is_spoken_with() {
        var first = new FakeControlPlane();
        try (var next = new FakeControlPlane()) {
            link.close();
            link = linked(first.uri(), next.uri());
            soon().until(() -> first.hellos.size() == 1);

            first.close();

            soon().until(() -> next.hellos.size() == 1);
            soon().until(() -> next.heartbeats.size() > 2);
            assertThat(link.isUp()).isTrue();
        }
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
    void a_change_leads_to_the_whole_set() {
        var untouched = new Stop(ActorId.random(), 1, 0);
        var stays = new Stop(ActorId.random(), 1, 0);
        var goes = new Stop(ActorId.random(), 1, 0);
        soon().until(() -> !sets.isEmpty());
        long epoch = controlPlane.epoch.get();

        controlPlane.say(new ToAgent.Changed(epoch, 0, 1, List.of(stays, untouched, goes), List.of()));
        controlPlane.say(new ToAgent.Changed(
                epoch, 1, 5, List.of(new Stop(actor, 1, 0), new Stop(stays.actor(), 2, 0)), List.of(goes.actor())));

        soon().until(() -> sets.size() == 3);
        assertThat(sets.getLast())
                .isEqualTo(new Desired(
                        epoch, 5, List.of(untouched, new Stop(actor, 1, 0), new Stop(stays.actor(), 2, 0))));
        assertThat(controlPlane.hellos).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "0, 1", "1, 1"})
    void a_change_from_the_past_is_passed_over(long since, long revision) {
        soon().until(() -> !sets.isEmpty());
        long epoch = controlPlane.epoch.get();
        controlPlane.say(new ToAgent.Changed(epoch, 0, 1, List.of(), List.of()));

        controlPlane.say(new ToAgent.Changed(epoch, since, revision, List.of(new Stop(actor, 1, 0)), List.of()));
        controlPlane.say(new ToAgent.Changed(epoch, 1, 2, List.of(), List.of()));

        soon().until(() -> sets.getLast().revision() == 2);
        assertThat(sets.getLast().actors()).isEmpty();
        assertThat(controlPlane.hellos).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "0, 5", "-1, 9", "1, 9"})
    void a_whole_set_from_the_past_is_passed_over(long epochs, long revision) {
        soon().until(() -> !sets.isEmpty());
        long epoch = controlPlane.epoch.get();
        controlPlane.say(new ToAgent.Changed(epoch, 0, 5, List.of(), List.of()));

        controlPlane.say(new Desired(epoch + epochs, revision, List.of(new Stop(actor, 1, 0))));
        controlPlane.say(new ToAgent.Changed(epoch, 5, 6, List.of(), List.of()));

        soon().until(() -> sets.getLast().revision() == 6);
        assertThat(sets).allMatch(set -> set.actors().isEmpty());
        assertThat(controlPlane.hellos).hasSize(1);
    }

    @Test
    void what_an_ended_conversation_has_in_hand_is_not_obeyed_after_the_set_of_the_next() {
        soon().until(() -> !sets.isEmpty());
        var next = new CountDownLatch(1);
        obeying = set -> {
            if (set.epoch() == 2) {
                next.countDown();
            } else {
                controlPlane.fenceNext = true;
                letPass(next);
            }
        };

        controlPlane.say(new ToAgent.Changed(1, 0, 1, List.of(new Stop(actor, 1, 0)), List.of()));

        soon().until(() -> sets.size() == 3);
        assertThat(sets).extracting(Desired::epoch).containsExactly(1L, 1L, 2L);
    }

    /** If it comes; it must not. */
    private static void letPass(CountDownLatch next) {
        try {
            var _ = next.await(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void a_change_of_a_set_that_is_not_in_force_begins_the_conversation_anew() {
        soon().until(() -> !sets.isEmpty());

        controlPlane.say(
                new ToAgent.Changed(controlPlane.epoch.get(), 1, 2, List.of(new Stop(actor, 1, 0)), List.of()));

        soon().until(() -> controlPlane.hellos.size() == 2);
        assertThat(sets).allMatch(set -> set.actors().isEmpty());
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
        assertThat(new LinkSettings(id, List.of(controlPlane.uri()), new Secret("hidden")).toString())
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

    @Test
    void an_actor_that_was_located_is_followed_from_then_on() throws Exception {
        soon().until(() -> !sets.isEmpty());
        controlPlane.locations.put(actor, new ActorLocation(actor, "running", id, null, null, 7L));

        assertThat(link.locate(actor).toCompletableFuture().get(5, TimeUnit.SECONDS))
                .isPresent();

        soon().untilAsserted(
                        () -> assertThat(controlPlane.followed).containsExactly(new ToControlPlane.Followed(actor, 7)));
        controlPlane.say(new ToAgent.Moved(controlPlane.epoch.get(), List.of(actor)));
        soon().untilAsserted(() -> assertThat(moved).containsExactly(actor));
    }

    @Test
    void routes_are_taken_whole_and_only_newer_ones_of_this_conversation() {
        soon().until(() -> !sets.isEmpty());
        var first = route("first");
        var second = route("second");

        long epoch = controlPlane.epoch.get();
        controlPlane.say(new ToAgent.Routes(epoch, 2, List.of(first)));
        controlPlane.say(new ToAgent.Routes(epoch, 1, List.of(second)));
        controlPlane.say(new ToAgent.Routes(epoch + 1, 3, List.of(second)));
        controlPlane.say(new ToAgent.Routes(epoch, 4, List.of(first, second)));

        soon().until(() -> routes.size() == 2);
        assertThat(routes).containsExactly(List.of(first), List.of(first, second));
    }

    private static CustomRoute route(String name) {
        return new CustomRoute("environment", name, name + ".example.com", "", true, false, Map.of("a", "b"));
    }

    @Test
    void actors_of_a_route_are_asked_for() throws Exception {
        var location = new ActorLocation(ActorId.random(), "running", AgentId.random(), "http://127.0.0.1:7080");
        controlPlane.routed.put("shop", new RoutedActors(List.of(location)));

        assertThat(link.locate("environment", "shop").toCompletableFuture().get(5, TimeUnit.SECONDS))
                .containsExactly(location);
        assertThat(link.locate("environment", "none").toCompletableFuture().get(5, TimeUnit.SECONDS))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"204, true", "400, true", "401, false", "503, false"})
    void counts_are_done_with_when_they_are_stored_or_will_never_be(int status, boolean done) throws Exception {
        controlPlane.trafficStatus = status;
        var traffic = new RouteTraffic(UUID.randomUUID(), 1, List.of());

        assertThat(link.send(traffic)).isEqualTo(done);

        assertThat(controlPlane.traffic).containsExactly(traffic);
    }

    @Test
    void answers_for_stores_come_in_any_order() throws Exception {
        var one = link.ask(new Question.Resume(actor, 1));
        var other = link.ask(new Question.Resume(actor, 2));
        var failing = link.ask(new Question.Resume(actor, 3));
        soon().until(() -> controlPlane.asked.size() == 3);

        replyTo(2, true, "other");
        replyTo(3, false, "no database");
        replyTo(1, true, "one");

        assertThat(one.get(10, TimeUnit.SECONDS)).isEqualTo("one".getBytes(UTF_8));
        assertThat(other.get(10, TimeUnit.SECONDS)).isEqualTo("other".getBytes(UTF_8));
        assertThatThrownBy(() -> failing.get(10, TimeUnit.SECONDS)).hasMessageContaining("no database");
    }

    @Test
    void what_waits_hears_that_the_socket_for_stores_ended_and_the_next_opens_another() throws Exception {
        var waits = link.ask(new Question.Resume(actor, 1));
        soon().until(() -> controlPlane.asked.size() == 1);

        controlPlane.disconnectStores();

        assertThatThrownBy(() -> waits.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(IOException.class);
        var next = link.ask(new Question.Resume(actor, 2));
        soon().until(() -> controlPlane.asked.size() == 2);
        replyTo(2, true, "next");
        assertThat(next.get(10, TimeUnit.SECONDS)).isEqualTo("next".getBytes(UTF_8));
    }

    @Test
    void question_for_stores_that_stays_unanswered_ends_their_socket_and_the_next_opens_another() throws Exception {
        var unanswered = link.ask(new Question.Resume(actor, 1));

        assertThatThrownBy(() -> unanswered.get(30, TimeUnit.SECONDS)).hasMessageContaining("no answer in time");

        var next = link.ask(new Question.Resume(actor, 2));
        soon().until(() -> controlPlane.asked.size() == 2);
        replyTo(2, true, "next");
        assertThat(next.get(10, TimeUnit.SECONDS)).isEqualTo("next".getBytes(UTF_8));
    }

    private void replyTo(long generation, boolean answered, String text) {
        var call = controlPlane.asked.stream()
                .filter(each -> each.question().equals(new Question.Resume(actor, generation)))
                .findFirst()
                .orElseThrow();
        controlPlane.reply(new KvReply(call.number(), answered, new Bytes(text.getBytes(UTF_8))));
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
            obeying.accept(set);
            sets.add(set);
        }

        @Override
        public void granted(long epoch, long untilNanos) {
            grants.add(epoch);
        }

        @Override
        public void promised(long untilNanos) {
            promises.add(untilNanos);
        }

        @Override
        public void fenced(long epoch) {
            fences.add(epoch);
        }

        @Override
        public void routes(List<CustomRoute> all) {
            routes.add(all);
        }

        @Override
        public void access(ToAgent.Access access) {}

        @Override
        public void ingress(List<IngressPort> ports) {}

        @Override
        public void moved(List<ActorId> actors) {
            moved.addAll(actors);
        }
    }
}
