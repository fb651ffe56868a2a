package rivet.controlplane.connection;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.controlplane.database.TagsColumn;
import rivet.protocol.ActorId;

/** The rows of connections. */
@Component
final class ConnectionRepository {

    private final JdbcClient jdbc;

    ConnectionRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Which connections are meant; each null: whichever. */
    record Which(
            @Nullable UUID connection,
            @Nullable ActorId actor,
            @Nullable String subject) {}

    /** Until the transaction ends nobody else adds a key or revokes anything. */
    void lockAll() {
        jdbc.sql("select revision from connection_set for no key update")
                .query(Long.class)
                .single();
    }

    void bumpRevision() {
        jdbc.sql("update connection_set set revision = revision + 1").update();
    }

    long revision() {
        return jdbc.sql("select revision from connection_set").query(Long.class).single();
    }

    /** Of the actor, those that are good. */
    long live(ActorId actor) {
        return jdbc.sql("""
                select count(*) from connection
                where actor_id = :actor and revoked_at is null and expires_at > clock_timestamp()
                """).param("actor", actor.value()).query(Long.class).single();
    }

    /** @return when it expires, by the database's clock */
    Instant insert(UUID id, UUID environment, ActorId actor, ConnectionDraft draft) {
        return jdbc.sql("""
                insert into connection (id, environment_id, actor_id, port, subject, claims, methods, path_prefix, single_use,
                    created_at, expires_at)
                select :id, :environment, :actor, :port, :subject, cast(:claims as jsonb), :methods, :path, :once,
                    moment, moment + make_interval(secs => :ttl)
                from (select date_trunc('milliseconds', clock_timestamp()) as moment)
                returning expires_at
                """)
                .param("id", id)
                .param("environment", environment)
                .param("actor", actor.value())
                .param("port", draft.port())
                .param("subject", draft.subject())
                .param("claims", TagsColumn.write(draft.claims()))
                .param("methods", draft.methods().toArray(String[]::new))
                .param("path", draft.pathPrefix())
                .param("once", draft.singleUse())
                .param("ttl", draft.ttl().toMillis() / 1000.0)
                .query(OffsetDateTime.class)
                .single()
                .toInstant();
    }

    List<ConnectionRow> newest(ActorId actor, int most) {
        return jdbc.sql("select * from connection where actor_id = :actor order by created_at desc, id limit :most")
                .param("actor", actor.value())
                .param("most", most)
                .query(ConnectionRepository::row)
                .list();
    }

    boolean exists(ActorId actor, UUID connection) {
        return jdbc.sql("select exists (select from connection where id = :id and actor_id = :actor)")
                .param("id", connection)
                .param("actor", actor.value())
                .query(Boolean.class)
                .single();
    }

    long revoke(UUID environment, Which which) {
        return jdbc.sql("""
                update connection set revoked_at = clock_timestamp()
                where environment_id = :environment and revoked_at is null and expires_at > clock_timestamp()
                    and (cast(:connection as uuid) is null or id = :connection)
                    and (cast(:actor as uuid) is null or actor_id = :actor)
                    and (cast(:subject as text) is null or subject = :subject)
                """)
                .param("environment", environment)
                .param("connection", which.connection())
                .param("actor", which.actor() == null ? null : which.actor().value())
                .param("subject", which.subject())
                .update();
    }

    /** Whose tokens would still be good. */
    List<UUID> revoked() {
        return jdbc.sql("""
                select id from connection where revoked_at is not null and expires_at > clock_timestamp() order by id
                """).query((row, _) -> row.getObject("id", UUID.class)).list();
    }

    int prune(Duration retention) {
        return jdbc.sql(
                        "delete from connection where expires_at < clock_timestamp() - make_interval(secs => :retention)")
                .param("retention", retention.toSeconds())
                .update();
    }

    private static ConnectionRow row(ResultSet row, int number) throws SQLException {
        var created = instant(row, "created_at");
        var expires = instant(row, "expires_at");
        var draft = new ConnectionDraft(
                row.getString("port"),
                Duration.between(created, expires),
                row.getString("subject"),
                TagsColumn.read(row.getString("claims")),
                new TreeSet<>(Set.of((String[]) row.getArray("methods").getArray())),
                row.getString("path_prefix"),
                row.getBoolean("single_use"));
        var revoked = row.getObject("revoked_at", OffsetDateTime.class);
        return new ConnectionRow(
                row.getObject("id", UUID.class),
                new ActorId(row.getObject("actor_id", UUID.class)),
                draft,
                created,
                expires,
                revoked == null ? null : revoked.toInstant());
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
