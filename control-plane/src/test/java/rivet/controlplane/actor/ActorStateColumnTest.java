package rivet.controlplane.actor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import rivet.controlplane.actor.ActorState.CrashBackoff;
import rivet.controlplane.actor.ActorState.Destroyed;
import rivet.controlplane.actor.ActorState.IdleWait;
import rivet.controlplane.actor.ActorState.Pending;
import rivet.controlplane.actor.ActorState.Running;
import rivet.controlplane.actor.ActorState.Sleeping;
import rivet.controlplane.actor.ActorState.Starting;
import rivet.controlplane.actor.ActorState.Stopping;
import rivet.controlplane.actor.ActorState.Then;
import rivet.controlplane.actor.ActorState.Waiting;
import rivet.protocol.AgentId;
import rivet.protocol.Wire;
import rivet.protocol.link.DownReason;
import tools.jackson.databind.JsonNode;

/** Rows outlive classes: golden rows are added, never edited. */
class ActorStateColumnTest {

    private static final Instant SINCE = Instant.ofEpochMilli(1767323045678L);
    private static final Assignment AT = new Assignment(AgentId.parse("5f0e3c1a-8f6e-4f6b-9c0b-2f1d6a7e8b90"), 7);

    /** What the census reads of a row says the same as the state. */
    @ParameterizedTest
    @MethodSource({"golden", "stops"})
    void why_it_is_so_is_known_from_few_parts_as_well(ActorState state) {
        var row = Wire.JSON.readTree(ActorStateColumn.write(state));

        var why = ActorStateColumn.why(
                row.path("status").asString(), text(row, "/reason"), text(row, "/last/reason"), row.has("upgrade"));

        assertThat(why).isEqualTo(state.why());
    }

    static Stream<Arguments> stops() {
        return Arrays.stream(Then.values()).map(then -> Arguments.of(new Stopping(SINCE, AT, Duration.ZERO, then)));
    }

    private static @Nullable String text(JsonNode row, String pointer) {
        var found = row.at(pointer);
        return found.isMissingNode() ? null : found.asString();
    }

    static Stream<Arguments> golden() {
        return Stream.of(
                Arguments.of(new Pending(SINCE, Waiting.NO_CAPACITY, 0), """
                        {"status":"pending","since_ms":1767323045678,"reason":"no_capacity","crashes":0}"""),
                Arguments.of(new Pending(SINCE, Waiting.QUEUED, 0, SINCE.plusMillis(2000)), """
                        {"status":"pending","since_ms":1767323045678,"reason":"queued","due_ms":1767323047678,"crashes":0}"""),
                Arguments.of(new Starting(SINCE, AT, 1), """
                        {"status":"starting","since_ms":1767323045678,\
                        "agent":"5f0e3c1a-8f6e-4f6b-9c0b-2f1d6a7e8b90","generation":7,"crashes":1}"""),
                Arguments.of(new Running(SINCE, AT, Map.of("http", 4711, "admin", 4712), 2), """
                        {"status":"running","since_ms":1767323045678,\
                        "agent":"5f0e3c1a-8f6e-4f6b-9c0b-2f1d6a7e8b90","generation":7,\
                        "ports":{"admin":4712,"http":4711},"crashes":2}"""),
                Arguments.of(new Running(SINCE, AT, Map.of(), 0, true, null), """
                        {"status":"running","since_ms":1767323045678,\
                        "agent":"5f0e3c1a-8f6e-4f6b-9c0b-2f1d6a7e8b90","generation":7,\
                        "ports":{},"reason":"drain_blocked","crashes":0}"""),
                Arguments.of(
                        new CrashBackoff(
                                SINCE, SINCE.plusMillis(2000), new Ending(DownReason.EXITED, 3, null, "Error: no"), 2),
                        """
                        {"status":"crash_backoff","since_ms":1767323045678,\
                        "last":{"reason":"exited","exit_code":3,"message":"Error: no"},\
                        "due_ms":1767323047678,"crashes":2}"""),
                Arguments.of(new Stopping(SINCE, AT, Duration.ofSeconds(5), Then.RESTART), """
                        {"status":"stopping","since_ms":1767323045678,\
                        "agent":"5f0e3c1a-8f6e-4f6b-9c0b-2f1d6a7e8b90","generation":7,\
                        "reason":"restart","grace_ms":5000}"""),
                Arguments.of(
                        new Running(SINCE, AT, Map.of(), 0)
                                .withUpgrade(new IdleWait(
                                        SINCE.plusMillis(1), SINCE.plusMillis(2000), UpgradePolicy.AtDeadline.DRAIN)),
                        """
                        {"status":"running","since_ms":1767323045678,\
                        "agent":"5f0e3c1a-8f6e-4f6b-9c0b-2f1d6a7e8b90","generation":7,\
                        "ports":{},"due_ms":1767323047678,"crashes":0,\
                        "upgrade":{"since_ms":1767323045679,"then":"drain"}}"""),
                Arguments.of(new Stopping(SINCE, AT, Duration.ZERO, Then.RESTART, Duration.ofSeconds(9)), """
                        {"status":"stopping","since_ms":1767323045678,\
                        "agent":"5f0e3c1a-8f6e-4f6b-9c0b-2f1d6a7e8b90","generation":7,\
                        "reason":"restart","grace_ms":0,"drain_ms":9000}"""),
                Arguments.of(new Stopping(SINCE, AT, Duration.ZERO, Then.MOVE), """
                        {"status":"stopping","since_ms":1767323045678,\
                        "agent":"5f0e3c1a-8f6e-4f6b-9c0b-2f1d6a7e8b90","generation":7,\
                        "reason":"move","grace_ms":0}"""),
                Arguments.of(new Stopping(SINCE, AT, Duration.ZERO, Then.SLEEP), """
                        {"status":"stopping","since_ms":1767323045678,\
                        "agent":"5f0e3c1a-8f6e-4f6b-9c0b-2f1d6a7e8b90","generation":7,\
                        "reason":"sleep","grace_ms":0}"""),
                Arguments.of(new Stopping(SINCE, AT, Duration.ZERO, Then.IDLE), """
                        {"status":"stopping","since_ms":1767323045678,\
                        "agent":"5f0e3c1a-8f6e-4f6b-9c0b-2f1d6a7e8b90","generation":7,\
                        "reason":"idle","grace_ms":0}"""),
                Arguments.of(new Sleeping(SINCE, "sleep_requested"), """
                        {"status":"sleeping","since_ms":1767323045678,"reason":"sleep_requested"}"""),
                Arguments.of(new Destroyed(SINCE, "crashed", new Ending(DownReason.EXITED, null, 9, "")), """
                        {"status":"destroyed","since_ms":1767323045678,"reason":"crashed",\
                        "last":{"reason":"exited","signal":9,"message":""}}"""),
                Arguments.of(new Destroyed(SINCE, "destroy_requested", null), """
                        {"status":"destroyed","since_ms":1767323045678,"reason":"destroy_requested"}"""));
    }

    @ParameterizedTest
    @MethodSource("golden")
    void golden_rows_are_written_and_read(ActorState state, String row) {
        assertThat(ActorStateColumn.write(state)).isEqualTo(row);
        assertThat(ActorStateColumn.read(row)).isEqualTo(state);
    }

    @Test
    void there_is_a_golden_row_of_each_state() {
        var states = golden().map(arguments -> arguments.get()[0]).toList();

        assertThat(Lives.kindsAmong(states)).containsExactlyInAnyOrderElementsOf(Lives.kindsOf(ActorState.class));
    }

    @Test
    void each_reason_comes_back_as_it_was() {
        var states = Stream.<ActorState>concat(
                Arrays.stream(Waiting.values()).map(reason -> new Pending(SINCE, reason, 0)),
                Arrays.stream(DownReason.values())
                        .map(reason -> new Destroyed(SINCE, "any", new Ending(reason, null, null, ""))));

        assertThat(states)
                .allSatisfy(state -> assertThat(ActorStateColumn.read(ActorStateColumn.write(state)))
                        .isEqualTo(state));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void a_row_that_is_not_ours_is_refused(String row) {
        assertThatIllegalStateException().isThrownBy(() -> ActorStateColumn.read(row));
    }

    static Stream<String> broken() {
        return Stream.of(
                "{\"status\":\"asleep\",\"since_ms\":1}",
                "{\"status\":\"running\",\"since_ms\":1,\"crashes\":0}",
                "{\"status\":\"crash_backoff\",\"since_ms\":1,\"crashes\":2}");
    }
}
