package rivet.controlplane.replica;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.protocol.ReplicaId;
import rivet.protocol.link.ReplicaList;

/** The list of replicas. Whoever changes it counts its revision up first and holds that row until the commit. */
@Component
final class ReplicaRepository {

    private final JdbcClient jdbc;

    ReplicaRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @return false if the replica is not in the list */
    boolean touch(ReplicaId replica) {
        return jdbc.sql("update replica set seen_at = clock_timestamp() where id = :id")
                        .param("id", replica.value())
                        .update()
                == 1;
    }

    void add(ReplicaId replica, String url) {
        jdbc.sql("insert into replica (id, url, since) values (:id, :url, :since)")
                .param("id", replica.value())
                .param("url", url)
                .param("since", nextRevision())
                .update();
    }

    void remove(ReplicaId replica) {
        nextRevision();
        jdbc.sql("delete from replica where id = :id")
                .param("id", replica.value())
                .update();
    }

    boolean anySilent(Duration silent) {
        return jdbc.sql("""
                select exists (
                    select from replica where seen_at < clock_timestamp() - make_interval(secs => :silent))
                """)
                .param("silent", silent.toSeconds())
                .query(Boolean.class)
                .single();
    }

    /** A removal waits for a replacement that the replica has under way, and after it there is none. */
    int removeSilent(Duration silent) {
        nextRevision();
        return jdbc.sql("delete from replica where seen_at < clock_timestamp() - make_interval(secs => :silent)")
                .param("silent", silent.toSeconds())
                .update();
    }

    private long nextRevision() {
        return jdbc.sql("update replica_list set revision = revision + 1 returning revision")
                .query(Long.class)
                .single();
    }

    /** One statement, so that the revision is that of these replicas. */
    ReplicaList list() {
        var revision = new long[1];
        var replicas = new ArrayList<ReplicaList.Replica>();
        jdbc.sql("select revision, id, url from replica_list left join replica on true order by id")
                .query(row -> {
                    revision[0] = row.getLong("revision");
                    var id = row.getObject("id", UUID.class);
                    if (id != null) {
                        replicas.add(new ReplicaList.Replica(new ReplicaId(id), row.getString("url")));
                    }
                });
        return new ReplicaList(revision[0], replicas);
    }

    /** @return since which revision it is in the list; empty if it is not, or not any more */
    Optional<Long> lock(ReplicaId replica) {
        return jdbc.sql("select since from replica where id = :id for key share")
                .param("id", replica.value())
                .query(Long.class)
                .optional();
    }
}
