package rivet.controlplane.build;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.controlplane.database.TagsColumn;
import rivet.protocol.BuildId;
import rivet.protocol.BuildKind;

/** The rows of builds; their bytes are elsewhere. */
@Component
final class BuildRepository {

    private final JdbcClient jdbc;

    BuildRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    void insert(Build build) {
        jdbc.sql("""
                insert into build (id, environment_id, name, kind, compression, size_bytes, part_bytes, declared_sha256,
                    start_timeout_ms)
                values (:id, :environment, :name, :kind, :compression, :size, :part, :sha256, :timeout)
                """)
                .param("id", build.id().value())
                .param("environment", build.environmentId())
                .param("name", build.name())
                .param("kind", build.kind().toString())
                .param("compression", build.compression())
                .param("size", build.sizeBytes())
                .param("part", build.partBytes())
                .param("sha256", build.declaredSha256())
                .param("timeout", build.startTimeoutMs())
                .update();
    }

    Optional<Build> find(BuildId id) {
        return jdbc.sql("select * from build where id = :id")
                .param("id", id.value())
                .query(BuildRepository::build)
                .optional();
    }

    /** Until the transaction ends nobody else changes the build or its parts. */
    Optional<Build> lock(BuildId id) {
        return jdbc.sql("select * from build where id = :id for no key update")
                .param("id", id.value())
                .query(BuildRepository::build)
                .optional();
    }

    List<Build> ready(UUID environment, Map<String, String> tags, int limit) {
        return jdbc.sql("""
                select * from build
                where environment_id = :environment and state = 'ready' and tags @> cast(:tags as jsonb)
                order by created_at desc, id desc
                limit :limit
                """)
                .param("environment", environment)
                .param("tags", TagsColumn.write(tags))
                .param("limit", limit)
                .query(BuildRepository::build)
                .list();
    }

    void settle(BuildId id, String sha256) {
        jdbc.sql("update build set state = 'ready', sha256 = :sha256 where id = :id and state = 'uploading'")
                .param("id", id.value())
                .param("sha256", sha256)
                .update();
    }

    void refuse(BuildId id) {
        jdbc.sql("update build set state = 'refused' where id = :id and state = 'uploading'")
                .param("id", id.value())
                .update();
    }

    void setTags(BuildId id, Map<String, String> tags) {
        jdbc.sql("update build set tags = cast(:tags as jsonb) where id = :id")
                .param("id", id.value())
                .param("tags", TagsColumn.write(tags))
                .update();
    }

    /** Two moves of a tag in one environment go one after the other, or each could leave the other's in place. */
    void lockTagsOf(UUID environment) {
        jdbc.sql("select id from environment where id = :id for no key update")
                .param("id", environment)
                .query(UUID.class)
                .single();
    }

    void takeTags(UUID environment, BuildId but, Map<String, String> having, List<String> keys) {
        jdbc.sql("""
                update build set tags = tags - string_to_array(:keys, chr(10))
                where environment_id = :environment and id <> :but and tags @> cast(:having as jsonb)
                  and jsonb_exists_any(tags, string_to_array(:keys, chr(10)))
                """)
                .param("environment", environment)
                .param("but", but.value())
                .param("having", TagsColumn.write(having))
                .param("keys", String.join("\n", keys))
                .update();
    }

    /** The newest ready one of the same name that is older. */
    Optional<Build> before(Build build, String name) {
        return jdbc.sql("""
                select * from build
                where environment_id = :environment and state = 'ready' and tags @> cast(:tags as jsonb)
                  and (created_at, id) < (select created_at, id from build where id = :id)
                order by created_at desc, id desc
                limit 1
                """)
                .param("environment", build.environmentId())
                .param("tags", TagsColumn.write(Map.of("name", name)))
                .param("id", build.id().value())
                .query(BuildRepository::build)
                .optional();
    }

    /** Those of which the last part came so long ago, or none at all. */
    List<BuildId> unfinished(Duration age, int limit) {
        return jdbc.sql("""
                select b.id from build b
                where b.state <> 'ready' and b.created_at < clock_timestamp() - make_interval(secs => :age)
                  and not exists (
                    select from build_part p
                    where p.build_id = b.id and p.stored_at >= clock_timestamp() - make_interval(secs => :age))
                order by b.created_at limit :limit
                """)
                .param("age", age.toSeconds())
                .param("limit", limit)
                .query((row, _) -> new BuildId(row.getObject("id", UUID.class)))
                .list();
    }

    void deleteUnfinished(BuildId id) {
        jdbc.sql("delete from build where id = :id and state <> 'ready'")
                .param("id", id.value())
                .update();
    }

    private static Build build(ResultSet row, int number) throws SQLException {
        return new Build(
                new BuildId(row.getObject("id", UUID.class)),
                row.getObject("environment_id", UUID.class),
                row.getString("name"),
                BuildKind.valueOf(row.getString("kind").toUpperCase(Locale.ROOT)),
                row.getString("compression"),
                row.getLong("size_bytes"),
                row.getLong("part_bytes"),
                row.getString("declared_sha256"),
                row.getObject("start_timeout_ms", Long.class),
                row.getString("sha256"),
                Build.State.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
                TagsColumn.read(row.getString("tags")),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }
}
