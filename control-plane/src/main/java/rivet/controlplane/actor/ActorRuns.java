package rivet.controlplane.actor;

import java.time.Duration;
import java.time.ZoneOffset;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.controlplane.actor.ActorState.Running;

/** When actors were running, written in the transaction of the change. */
@Component
final class ActorRuns {

    private final JdbcClient jdbc;

    ActorRuns(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    void write(Actor before, Actor after) {
        if (after.state() instanceof Running(var since, var at, var _, var _, var _, var _)
                && !(before.state() instanceof Running)) {
            jdbc.sql("insert into actor_run (actor_id, generation, began_at) values (:actor, :generation, :began)")
                    .param("actor", after.id().value())
                    .param("generation", at.generation())
                    .param("began", since.atOffset(ZoneOffset.UTC))
                    .update();
        }
        if (before.state() instanceof Running(var _, var at, var _, var _, var _, var _)
                && !(after.state() instanceof Running)) {
            jdbc.sql("""
                    update actor_run set ended_at = greatest(began_at, :ended)
                    where actor_id = :actor and generation = :generation
                    """)
                    .param("actor", after.id().value())
                    .param("generation", at.generation())
                    .param("ended", after.state().since().atOffset(ZoneOffset.UTC))
                    .update();
        }
    }

    int prune(Duration retention, int limit) {
        return jdbc.sql("""
                delete from actor_run where (actor_id, generation) in (
                    select actor_id, generation from actor_run
                    where ended_at < clock_timestamp() - make_interval(secs => :age)
                    order by ended_at limit :limit)
                """)
                .param("age", retention.toSeconds())
                .param("limit", limit)
                .update();
    }
}
