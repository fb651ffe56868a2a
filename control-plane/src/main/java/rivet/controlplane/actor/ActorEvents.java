package rivet.controlplane.actor;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.controlplane.actor.ActorEvent.Down;
import rivet.protocol.ActorId;
import rivet.protocol.api.ActorEventView;

/** The diary: one row for each change of an actor's state, written in the transaction of the change. */
@Component
final class ActorEvents {

    /** What begins so is no end of a copy. */
    private static final String NOTES = "checkpoint_";

    private static final String RESTORED = "restored";

    /** Nor are these. */
    private static final List<String> NO_ENDINGS = List.of(RESTORED, "woken", "wake_requested");

    private final JdbcClient jdbc;

    ActorEvents(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    void write(Actor before, Actor after, ActorEvent event, AskedBy by) {
        var ending = event instanceof Down down ? down.ending() : null;
        var holder = after.state().assignment().or(() -> before.state().assignment());
        jdbc.sql("""
                insert into actor_event (actor_id, at, status, reason, generation, agent_id, exit_code, message, asked_by)
                values (:actor, :at, :status, :reason, :generation, :agent, :exit, :message, :by)
                """)
                .param("actor", after.id().value())
                .param("at", event.when().atOffset(ZoneOffset.UTC))
                .param("status", after.state().status())
                .param("reason", reason(after, event))
                .param("generation", after.generation())
                .param("agent", holder.map(at -> at.agent().value()).orElse(null))
                .param("exit", ending == null ? null : ending.exitCode())
                .param("message", message(event))
                .param("by", by.text())
                .update();
    }

    private static @Nullable String message(ActorEvent event) {
        if (event instanceof ActorEvent.WakeRequested wake) {
            return wake.why();
        }
        return event instanceof Down down ? down.ending().message() : null;
    }

    /** Something worth knowing that changes nothing of its state. @param reason of {@link #NOTES}, or {@link #RESTORED} */
    void note(ActorId actor, String reason, String message, AskedBy by) {
        if (!reason.startsWith(NOTES) && !reason.equals(RESTORED)) {
            throw new IllegalArgumentException("reason: '%s' (expected: one with %s)".formatted(reason, NOTES));
        }
        jdbc.sql("""
                insert into actor_event (actor_id, at, status, reason, generation, agent_id, message, asked_by)
                select id, clock_timestamp(), status, :reason, generation, agent_id, :message, :by
                from actor where id = :actor
                """)
                .param("actor", actor.value())
                .param("reason", reason)
                .param("message", message)
                .param("by", by.text())
                .update();
    }

    private static @Nullable String reason(Actor after, ActorEvent event) {
        return switch (event) {
            case ActorEvent.Placed _ -> "placed";
            case ActorEvent.Up _ -> "ready";
            case Down down ->
                isRolledBack(after.state())
                        ? after.state().why()
                        : down.ending().code();
            case ActorEvent.DrainLifted _ -> "drain_lifted";
            case ActorEvent.UpgradeDue _ ->
                after.state() instanceof ActorState.Running
                        ? "waits_for_next_start"
                        : after.state().why();
            case ActorEvent.NotPlaced _,
                    ActorEvent.PlacementTimedOut _,
                    ActorEvent.RetryDue _,
                    ActorEvent.DestroyRequested _,
                    ActorEvent.UpgradeRequested _,
                    ActorEvent.Unused _,
                    ActorEvent.SleepRequested _,
                    ActorEvent.WakeRequested _,
                    ActorEvent.RestWanted _,
                    ActorEvent.DrainRequested _,
                    ActorEvent.DrainBlocked _ -> after.state().why();
        };
    }

    private static boolean isRolledBack(ActorState state) {
        return state instanceof ActorState.Pending(var _, var reason, var _, var _)
                && reason == ActorState.Waiting.ROLLED_BACK;
    }

    /** The next rows of one actor, oldest first. */
    List<ActorEventView> after(ActorId actor, long id, int limit) {
        return jdbc.sql("select * from actor_event where actor_id = :actor and id > :after order by id limit :limit")
                .param("actor", actor.value())
                .param("after", id)
                .param("limit", limit)
                .query(ActorEvents::event)
                .list();
    }

    /** The newest row that tells how a copy ended. */
    Optional<ActorEventView> lastEnding(ActorId actor) {
        return jdbc.sql("""
                select * from actor_event
                where actor_id = :actor and message is not null
                  and not starts_with(coalesce(reason, ''), :notes) and coalesce(reason, '') not in (:others)
                order by id desc limit 1
                """)
                .param("actor", actor.value())
                .param("notes", NOTES)
                .param("others", NO_ENDINGS)
                .query(ActorEvents::event)
                .optional();
    }

    /** The newest row of each of these actors that has one. */
    Map<ActorId, Long> newest(Collection<ActorId> actors) {
        var newest = new HashMap<ActorId, Long>();
        jdbc.sql("""
                select w.id as actor, e.id from unnest(cast(:actors as uuid[])) as w (id)
                cross join lateral (select id from actor_event where actor_id = w.id order by id desc limit 1) as e
                """)
                .param("actors", actors.stream().map(ActorId::toString).collect(Collectors.joining(",", "{", "}")))
                .query(row -> {
                    newest.put(new ActorId(row.getObject("actor", UUID.class)), row.getLong("id"));
                });
        return newest;
    }

    private static ActorEventView event(ResultSet row, int number) throws SQLException {
        var agent = row.getObject("agent_id", UUID.class);
        var message = row.getString("message");
        return new ActorEventView(
                row.getString("id"),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                row.getString("status"),
                row.getString("reason"),
                row.getLong("generation"),
                agent == null ? null : agent.toString(),
                row.getObject("exit_code", Integer.class),
                row.getString("asked_by"),
                message == null || message.isEmpty() ? null : message);
    }

    int prune(Duration retention, int limit) {
        return jdbc.sql("""
                delete from actor_event where id in (
                    select id from actor_event where at < clock_timestamp() - make_interval(secs => :age)
                    order by at limit :limit)
                """)
                .param("age", retention.toSeconds())
                .param("limit", limit)
                .update();
    }
}
