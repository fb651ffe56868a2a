package rivet.controlplane.actor;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.controlplane.actor.ActorEvent.Down;

/** The diary: one row for each change of an actor's state, written in the transaction of the change. */
@Component
final class ActorEvents {

    private final JdbcClient jdbc;

    ActorEvents(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    void write(Actor before, Actor after, @Nullable ActorEvent event) {
        var ending = event instanceof Down down ? down.ending() : null;
        var holder = after.state().assignment().or(() -> before.state().assignment());
        jdbc.sql("""
                insert into actor_event (actor_id, status, reason, generation, agent_id, exit_code, message)
                values (:actor, :status, :reason, :generation, :agent, :exit, :message)
                """)
                .param("actor", after.id().value())
                .param("status", after.state().status())
                .param("reason", ending == null ? after.state().why() : ending.code())
                .param("generation", after.generation())
                .param("agent", holder.map(at -> at.agent().value()).orElse(null))
                .param("exit", ending == null ? null : ending.exitCode())
                .param("message", ending == null ? null : ending.message())
                .update();
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
