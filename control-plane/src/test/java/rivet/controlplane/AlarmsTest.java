package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rivet.protocol.ActorId;
import rivet.protocol.kv.AlarmSchedule;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvAnswer;
import rivet.protocol.kv.KvAnswer.Code;
import rivet.protocol.kv.KvAnswer.Fired;
import rivet.protocol.kv.KvAnswer.NotDue;
import rivet.protocol.kv.KvAnswer.Refused;
import rivet.protocol.kv.KvAnswer.Written;
import rivet.protocol.kv.KvRequest;
import rivet.protocol.kv.KvRequest.AlarmWrite;
import rivet.protocol.kv.KvRequest.AlarmWrite.Delete;
import rivet.protocol.kv.KvRequest.AlarmWrite.Done;
import rivet.protocol.kv.KvRequest.AlarmWrite.Failed;
import rivet.protocol.link.ActorReport.Phase;
import rivet.protocol.link.DownReason;

/** What actors set to be woken for, as an agent brings it. Time passes where a test moves what was set into the past. */
@ControlPlaneTest
class AlarmsTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final long HOUR_MS = 3_600_000;
    private static final AlarmSchedule HOURLY = new AlarmSchedule.Every(HOUR_MS);

    private final Api api;
    private final TestControlPlane controlPlane;
    private final TestDatabase database;
    private final StoreCalls stores;
    private final Map<ActorId, Long> numbers = new HashMap<>();

    AlarmsTest(Api api, TestControlPlane controlPlane, TestDatabase database) {
        this.api = api;
        this.controlPlane = controlPlane;
        this.database = database;
        this.stores = new StoreCalls(controlPlane.uri());
    }

    @BeforeAll
    static void aBuild(Api api) {
        api.build("alarms.tar", "{\"name\": \"alarms\"}");
    }

    @Test
    void one_for_a_time_that_is_past_is_told_until_it_is_done_and_no_more() {
        var actor = running("alarms-once");
        assertThat(next(actor)).isEqualTo(new NotDue(-1));

        var set = write(actor, set("a", new AlarmSchedule.Once(1_000), "hello"));

        assertThat(set.sums()).containsExactly(1_000L);
        var fired = fired(actor);
        assertThat(fired.name()).isEqualTo("a");
        assertThat(fired.scheduledMs()).isEqualTo(1_000);
        assertThat(fired.lateMs()).isGreaterThan(HOUR_MS);
        assertThat(fired.missed()).isZero();
        assertThat(fired.payload()).isEqualTo(bytes("hello"));
        assertThat(fired(actor).id()).isEqualTo(fired.id());

        assertThat(write(actor, new Done("a", fired.id())).sums()).containsExactly(1L);
        assertThat(write(actor, new Done("a", fired.id())).sums()).containsExactly(0L);
        assertThat(next(actor)).isEqualTo(new NotDue(-1));
    }

    @Test
    void one_that_is_not_due_says_how_long_it_is_until_then() {
        var actor = running("alarms-wait");

        write(actor, set("a", HOURLY, ""));

        assertThat(((NotDue) next(actor)).waitMs()).isBetween(HOUR_MS - 600_000, HOUR_MS + 1);
    }

    @Test
    void one_that_missed_times_fires_once_and_goes_on_in_its_rhythm() {
        var actor = running("alarms-missed");
        long first = write(actor, set("a", HOURLY, "")).sums().getFirst();
        passTime(actor, Duration.ofMinutes(60 + 150));

        var fired = fired(actor);

        assertThat(fired.missed()).isEqualTo(2);
        assertThat(fired.lateMs())
                .isGreaterThanOrEqualTo(Duration.ofMinutes(150).toMillis());
        assertThat(fired.scheduledMs())
                .isEqualTo(first - Duration.ofMinutes(210).toMillis());
        write(actor, new Done("a", fired.id()));
        assertThat(((NotDue) next(actor)).waitMs())
                .isBetween(1L, Duration.ofMinutes(30).toMillis() + 1);
        assertThat(alarms(actor).getFirst().dueMs()).isEqualTo(fired.scheduledMs() + 3 * HOUR_MS);
    }

    @Test
    void calendar_of_each_second_fires_once_for_all_that_were_missed() {
        var actor = running("alarms-cron");
        write(actor, set("a", new AlarmSchedule.Cron("* * * * * *", "Europe/Berlin"), ""));
        passTime(actor, Duration.ofDays(400));

        var fired = fired(actor);

        assertThat(fired.missed()).isEqualTo(1_000);
        write(actor, new Done("a", fired.id()));
        await().atMost(SOON).until(() -> next(actor) instanceof Fired);
        assertThat(fired(actor).id()).isNotEqualTo(fired.id());
        assertThat(fired(actor).lateMs()).isLessThan(Duration.ofMinutes(10).toMillis());
    }

    /** It fired before the clock of the database went back. */
    @Test
    void one_that_comes_again_before_its_time_is_not_late() {
        var actor = running("alarms-back");
        write(actor, set("a", new AlarmSchedule.Once(1_000), ""));
        database.jdbc()
                .sql(
                        "update actor_alarm set scheduled_at = clock_timestamp() + interval '1 hour' where actor_id = :actor")
                .param("actor", actor.value())
                .update();

        assertThat(fired(actor).lateMs()).isZero();
    }

    @Test
    void one_that_could_not_be_handled_comes_again_later_with_the_same_id() {
        var actor = running("alarms-failed");
        write(actor, set("a", new AlarmSchedule.Once(1_000), ""));
        var fired = fired(actor);
        long longest = 0;
        for (int failure = 0; failure < 12; failure++) {
            write(actor, new Failed("a", fired.id()));
            long wait = ((NotDue) next(actor)).waitMs();
            longest = Math.max(longest, wait);
            passTime(actor, Duration.ofMinutes(6));

            assertThat(fired(actor).id()).isEqualTo(fired.id());
            assertThat(fired(actor).failures()).isEqualTo(failure + 1);
        }
        assertThat(longest).isBetween(200_000L, 300_001L);
    }

    @Test
    void while_one_rests_after_a_failure_others_have_their_turn() {
        var actor = running("alarms-turns");
        write(actor, set("bad", new AlarmSchedule.Once(1_000), ""));
        write(actor, set("good", new AlarmSchedule.Once(2_000), ""));
        for (int failure = 0; failure < 6; failure++) { // the pause is long enough not to end meanwhile
            passTime(actor, Duration.ofMinutes(6));
            write(actor, new Failed("bad", firing(actor, "bad")));
        }

        assertThat(fired(actor).name()).isEqualTo("good");
    }

    /** Actors set their alarms whenever they start. */
    @Test
    void setting_it_again_as_it_is_loses_nothing_and_begins_nothing_anew() {
        var actor = running("alarms-again");
        write(actor, set("a", HOURLY, "old"));
        passTime(actor, Duration.ofMinutes(70));
        var fired = fired(actor);

        write(actor, set("a", HOURLY, "new"));

        assertThat(fired(actor).id()).isEqualTo(fired.id());
        assertThat(fired(actor).payload()).isEqualTo(bytes("new"));

        write(actor, set("a", new AlarmSchedule.Every(2 * HOUR_MS), "new"));
        assertThat(next(actor)).isInstanceOf(NotDue.class);
        assertThat(write(actor, new Done("a", fired.id())).sums())
                .as("of another firing")
                .containsExactly(0L);
    }

    @Test
    void handler_may_set_its_own_alarm_anew_before_it_is_done() {
        var actor = running("alarms-self");
        write(actor, set("a", new AlarmSchedule.Once(1_000), ""));
        var fired = fired(actor);

        write(actor, set("a", new AlarmSchedule.Once(2_000), ""));
        write(actor, new Done("a", fired.id()));

        assertThat(fired(actor).scheduledMs()).isEqualTo(2_000);
    }

    @Test
    void they_are_listed_and_deleted() {
        var actor = running("alarms-list");
        var cron = new AlarmSchedule.Cron("0 9 * * *", "Europe/Berlin");
        write(actor, set("b", cron, "x"));
        write(actor, set("a", HOURLY, ""));

        assertThat(alarms(actor)).extracting(KvAnswer.Alarm::name).containsExactly("a", "b");
        assertThat(alarms(actor).get(1).schedule()).isEqualTo(cron);
        var shown = Api.require(api.get("/actors/" + actor + "/alarms"));
        assertThat(shown.text("/alarms/0/every_ms")).isEqualTo("3600000");
        assertThat(shown.text("/alarms/1/cron")).isEqualTo("0 9 * * *");
        assertThat(shown.text("/alarms/1/time_zone")).isEqualTo("Europe/Berlin");

        assertThat(write(actor, new Delete("a")).sums()).containsExactly(1L);
        assertThat(write(actor, new Delete("a")).sums()).containsExactly(0L);
        assertThat(alarms(actor)).extracting(KvAnswer.Alarm::name).containsExactly("b");
    }

    @ParameterizedTest
    @CsvSource({"0, name", "129, name", "-1, name"})
    void name_that_is_none_is_refused(int length, String message) {
        var actor = running("alarms-name" + length);
        var name = length < 0 ? "a\0" : "n".repeat(length);

        var refused = (Refused) ask(actor, set(name, HOURLY, ""));

        assertThat(refused.code()).isEqualTo(Code.INVALID);
        assertThat(refused.message()).startsWith(message + ": ");
        assertThat(alarms(actor)).isEmpty();
    }

    @Test
    void what_makes_no_sense_is_refused_and_changes_nothing() {
        var actor = running("alarms-bad");

        assertThat(refused(actor, new AlarmSchedule.Once(-1))).startsWith("at: -1");
        assertThat(refused(actor, new AlarmSchedule.Once(Long.MAX_VALUE))).startsWith("at: ");
        assertThat(refused(actor, new AlarmSchedule.Every(999))).startsWith("every: 999");
        assertThat(refused(actor, new AlarmSchedule.Every(Long.MAX_VALUE))).startsWith("every: ");
        assertThat(refused(actor, new AlarmSchedule.Cron("0 0 30 2 *", "UTC"))).startsWith("cron: ");
        assertThat(refused(actor, new AlarmSchedule.Cron("x".repeat(10_000), "UTC")))
                .startsWith("cron: ");
        assertThat(refused(actor, new AlarmSchedule.Cron("* * * * *", "Mars"))).startsWith("time zone: ");
        assertThat(((Refused) ask(actor, set("a", HOURLY, "p".repeat(8_194)))).code())
                .isEqualTo(Code.TOO_LARGE);
        assertThat(alarms(actor)).isEmpty();
        assertThat(write(actor, set("a", HOURLY, "p".repeat(8_193))).sums()).hasSize(1);
    }

    @Test
    void an_actor_has_a_hundred_at_most() {
        var actor = running("alarms-many");
        for (int i = 0; i < 100; i++) {
            write(actor, set("n" + i, HOURLY, ""));
        }

        assertThat(((Refused) ask(actor, set("one more", HOURLY, ""))).code()).isEqualTo(Code.TOO_LARGE);
        write(actor, set("n7", new AlarmSchedule.Every(2 * HOUR_MS), ""));
        write(actor, new Delete("n8"));
        write(actor, set("one more", HOURLY, ""));
    }

    @Test
    void only_the_newest_start_sets_and_hears_them() {
        var agent = controlPlane.agent("alarms-fence", 1000, 1024);
        var actor = running(agent, "alarms-fence");
        write(actor, set("a", new AlarmSchedule.Once(1_000), ""));
        agent.down(actor, 1, DownReason.EXITED, 1);
        agent.up(agent.awaitRun(actor, 2));

        var set = stores.write(actor, 1, 9, 0, set("b", HOURLY, ""));
        var next = stores.read(actor, 1, 0, new KvRequest.NextAlarm());

        assertThat(((Refused) set).code()).isEqualTo(Code.STALE_GENERATION);
        assertThat(((Refused) next).code()).isEqualTo(Code.STALE_GENERATION);
        assertThat(stores.read(actor, 2, 0, new KvRequest.NextAlarm())).isInstanceOf(Fired.class);
    }

    @Test
    void the_same_batch_again_sets_nothing_anew() {
        var actor = running("alarms-retry");
        var set = set("a", HOURLY, "");
        stores.write(actor, 1, 1, 0, set);
        var id = firing(actor, "a");
        stores.write(actor, 1, 2, 1, new Delete("a"));

        stores.write(actor, 1, 1, 0, set); // came late
        assertThat(alarms(actor)).isEmpty();

        stores.write(actor, 1, 3, 2, set);
        assertThat(firing(actor, "a")).isNotEqualTo(id);
    }

    @Test
    void one_that_sleeps_is_woken_when_it_is_due_and_not_before() {
        var agent = controlPlane.agent("alarms-sleep", 1000, 1024);
        var actor = running(agent, "alarms-sleep");
        write(actor, set("a", HOURLY, ""));
        asleep(agent, actor, 1);
        var other = running(agent, "alarms-sleep");
        write(other, set("a", HOURLY, ""));
        asleep(agent, other, 1);

        passTime(actor, Duration.ofMinutes(61));

        agent.up(agent.awaitRun(actor, 2));
        assertThat(stores.read(actor, 2, 0, new KvRequest.NextAlarm())).isInstanceOf(Fired.class);
        assertThat(api.state(other)).isEqualTo("sleeping (asked_by_actor)");
        var events = api.get("/actors/" + actor + "/events").body().get("events");
        assertThat(events.findValuesAsString("by")).contains("loop:wake-for-alarms");
        assertThat(events.findValuesAsString("message")).contains("due: alarm 'a'");
        assertThat(api.get("/actors/" + actor + "/explain").raw().body()).doesNotContain("due: alarm");
    }

    /** It had failed, or its wake had come to nothing, before the clock of the database went back. */
    @Test
    void one_that_sleeps_is_woken_although_the_clock_went_back() {
        var agent = controlPlane.agent("alarms-back-asleep", 1000, 1024);
        var actor = running(agent, "alarms-back-asleep");
        write(actor, set("a", HOURLY, ""));
        asleep(agent, actor, 1);

        database.jdbc().sql("""
                        update actor_alarm set scheduled_at = clock_timestamp(),
                            deliver_at = clock_timestamp() + interval '1 hour',
                            look_at = clock_timestamp() + interval '1 hour'
                        where actor_id = :actor
                        """).param("actor", actor.value()).update();

        agent.awaitRun(actor, 2);
        assertThat(stores.read(actor, 2, 0, new KvRequest.NextAlarm())).isInstanceOf(Fired.class);
    }

    @Test
    void one_that_is_about_to_sleep_when_it_is_due_is_started_again() {
        var agent = controlPlane.agent("alarms-late", 1000, 1024);
        var actor = running(agent, "alarms-late");
        write(actor, set("a", HOURLY, ""));
        Api.require(api.post("/actors/" + actor + "/sleep", ""));
        agent.awaitStop(actor);

        passTime(actor, Duration.ofMinutes(61));

        await().atMost(SOON).until(() -> api.state(actor).equals("stopping (wake_requested)"));
        agent.down(actor, 1, DownReason.STOPPED, 0);
        agent.awaitRun(actor, 2);
    }

    /** Its program may not care for alarms: it must not be started for nothing again and again. */
    @Test
    void one_that_falls_asleep_without_having_handled_it_is_woken_again_after_longer_and_longer() {
        var agent = controlPlane.agent("alarms-careless", 1000, 1024);
        var actor = running(agent, "alarms-careless");
        write(actor, set("a", HOURLY, ""));
        asleep(agent, actor, 1);
        passTime(actor, Duration.ofMinutes(61));
        for (long generation = 2; generation < 5; generation++) {
            agent.up(agent.awaitRun(actor, generation));
            assertThat(wakes(actor)).isEqualTo(generation - 1);
            asleep(agent, actor, generation);
            lookNow(actor);
        }
        agent.up(agent.awaitRun(actor, 5));
        asleep(agent, actor, 5);
        database.jdbc()
                .sql("update actor_alarm set wakes = 30 where actor_id = :actor")
                .param("actor", actor.value())
                .update();
        lookNow(actor);
        agent.awaitRun(actor, 6);
        assertThat(pauseMs(actor)).isBetween(300_000L, 600_000L);
    }

    @Test
    void one_that_cannot_be_woken_keeps_nobody_else_asleep() throws SQLException {
        var agent = controlPlane.agent("alarms-others", 1000, 1024);
        var broken = asleepWithAlarm(agent, "alarms-others");
        var busy = asleepWithAlarm(agent, "alarms-others");
        var others = List.of(asleepWithAlarm(agent, "alarms-others"), asleepWithAlarm(agent, "alarms-others"));
        database.jdbc().sql("""
                create function no_wake() returns trigger language plpgsql as
                $$ begin raise exception 'this actor is not to be woken'; end $$
                """).update();
        database.jdbc().sql("""
                        create trigger no_wake before update on actor for each row when (new.id = '%s')
                        execute function no_wake()
                        """.formatted(broken)).update();
        try (var connection = DriverManager.getConnection(database.url(), database.user(), database.password());
                var holding = connection.createStatement()) {
            connection.setAutoCommit(false);
            holding.execute("select from actor where id = '%s' for update".formatted(busy));

            letAllBeDue("alarms-others", broken, busy);

            for (var other : others) {
                agent.awaitRun(other, 2);
                assertThat(wakes(other))
                        .as("the first time that it was looked at")
                        .isEqualTo(1);
            }
        } finally {
            database.jdbc().sql("drop trigger no_wake on actor").update();
        }
        agent.awaitRun(busy, 2);
        assertThat(wakes(busy)).as("looks while another moved it do not count").isEqualTo(1);
        lookNow(broken);
        agent.awaitRun(broken, 2);
    }

    private ActorId asleepWithAlarm(SimulatedAgent agent, String region) {
        var actor = running(agent, region);
        write(actor, set("a", HOURLY, ""));
        asleep(agent, actor, 1);
        return actor;
    }

    /** In the same pass. @param first are looked at before the others */
    private void letAllBeDue(String region, ActorId... first) {
        database.jdbc()
                .sql("""
                        update actor_alarm set look_at = clock_timestamp() - interval '1 minute' * case
                            when actor_id = any (cast(:first as uuid[])) then 2 else 1 end
                        where actor_id in (select id from actor where region = :region)
                        """)
                .param("first", Arrays.stream(first).map(ActorId::toString).collect(Collectors.joining(",", "{", "}")))
                .param("region", region)
                .update();
    }

    @Test
    void with_the_actor_they_are_gone() {
        var agent = controlPlane.agent("alarms-gone", 1000, 1024);
        var actor = running(agent, "alarms-gone");
        write(actor, set("a", HOURLY, ""));
        Api.require(api.delete("/actors/" + actor));
        agent.awaitStop(actor);
        assertThat(rows(actor)).as("its last words are still heard").isEqualTo(1);

        agent.down(actor, 1, DownReason.STOPPED, 0);

        await().atMost(SOON).until(() -> api.state(actor).startsWith("destroyed"));
        assertThat(rows(actor)).isZero();
        assertThat(((Refused) ask(actor, set("b", HOURLY, ""))).code()).isEqualTo(Code.STALE_GENERATION);
    }

    private ActorId running(String region) {
        return running(controlPlane.agent(region, 1000, 1024), region);
    }

    private ActorId running(SimulatedAgent agent, String region) {
        var actor = api.actor("""
                {"tags": {}, "build_tags": {"name": "alarms"}, "region": "%s", "lifecycle": {"durable": true}}""".formatted(region));
        agent.up(agent.awaitRun(actor, 1));
        return actor;
    }

    private void asleep(SimulatedAgent agent, ActorId actor, long generation) {
        agent.report(actor, generation, new Phase.Up(Map.of(), Phase.Rest.ASKED));
        agent.awaitStop(actor);
        agent.down(actor, generation, DownReason.STOPPED, 0);
        await().atMost(SOON).until(() -> api.state(actor).equals("sleeping (asked_by_actor)"));
    }

    private Written write(ActorId actor, AlarmWrite write) {
        return (Written) ask(actor, write);
    }

    private KvAnswer ask(ActorId actor, AlarmWrite write) {
        return stores.write(actor, 1, numbers.merge(actor, 1L, Long::sum), 0, write);
    }

    private String refused(ActorId actor, AlarmSchedule schedule) {
        var refused = (Refused) ask(actor, set("a", schedule, ""));
        assertThat(refused.code()).isEqualTo(Code.INVALID);
        return refused.message();
    }

    private KvAnswer next(ActorId actor) {
        return stores.read(actor, 1, 0, new KvRequest.NextAlarm());
    }

    private Fired fired(ActorId actor) {
        return (Fired) next(actor);
    }

    private List<KvAnswer.Alarm> alarms(ActorId actor) {
        return ((KvAnswer.Alarms) stores.read(actor, 1, 0, new KvRequest.Alarms())).alarms();
    }

    /** For the alarms of one actor. */
    private void passTime(ActorId actor, Duration time) {
        database.jdbc()
                .sql("""
                        update actor_alarm set scheduled_at = scheduled_at - make_interval(secs => :secs),
                            deliver_at = deliver_at - make_interval(secs => :secs),
                            look_at = look_at - make_interval(secs => :secs)
                        where actor_id = :actor
                        """)
                .param("secs", time.toSeconds())
                .param("actor", actor.value())
                .update();
    }

    private void lookNow(ActorId actor) {
        database.jdbc()
                .sql("update actor_alarm set look_at = clock_timestamp() where actor_id = :actor")
                .param("actor", actor.value())
                .update();
    }

    private long wakes(ActorId actor) {
        return database.jdbc()
                .sql("select wakes from actor_alarm where actor_id = :actor")
                .param("actor", actor.value())
                .query(Long.class)
                .single();
    }

    private long pauseMs(ActorId actor) {
        return database.jdbc()
                .sql("""
                        select cast(1000 * extract(epoch from look_at - clock_timestamp()) as bigint) from actor_alarm
                        where actor_id = :actor
                        """)
                .param("actor", actor.value())
                .query(Long.class)
                .single();
    }

    private UUID firing(ActorId actor, String name) {
        return database.jdbc()
                .sql("select firing from actor_alarm where actor_id = :actor and name = :name")
                .param("actor", actor.value())
                .param("name", name)
                .query(UUID.class)
                .single();
    }

    private long rows(ActorId actor) {
        return database.jdbc()
                .sql("select count(*) from actor_alarm where actor_id = :actor")
                .param("actor", actor.value())
                .query(Long.class)
                .single();
    }

    private static AlarmWrite set(String name, AlarmSchedule schedule, String payload) {
        return new AlarmWrite.Set(name, schedule, bytes(payload));
    }

    private static Bytes bytes(String text) {
        return new Bytes(text.getBytes(StandardCharsets.UTF_8));
    }
}
