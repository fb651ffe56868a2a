package rivet.controlplane.actor;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.controlplane.database.TagsColumn;
import rivet.controlplane.query.Condition;
import rivet.controlplane.query.Expression;
import rivet.controlplane.query.KeyPath;
import rivet.controlplane.web.Cursor;
import rivet.protocol.ActorId;

/**
 * The door for finding actors, newest first. A search walks one index in the order of the answer, a stretch at a time, and
 * looks at each row that it passes, so that a page costs the same at its beginning and at its millionth row. Where few rows
 * fit it ends after a second with what it has, and its cursor goes on from there: no query is refused for being hard, and none
 * holds a connection for long.
 */
@Component
public final class ActorSearch {

    private static final Duration LONGEST = Duration.ofSeconds(1);
    private static final int FIRST_STRETCH = 512;
    private static final int LONGEST_STRETCH = 8192;

    private final JdbcClient jdbc;
    private final InstantSource clock;

    ActorSearch(JdbcClient jdbc, InstantSource clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** @param next where the search goes on; absent: it has seen all */
    record Found(List<Actor> actors, @Nullable Cursor next) {}

    /** One page, at most of {@code limit}, and fewer where the search took long. */
    Found page(Wanted wanted, @Nullable Cursor after, int limit) {
        var walk = walk(wanted);
        var deadline = clock.instant().plus(LONGEST);
        var actors = new ArrayList<Actor>();
        var from = after;
        for (int length = limit + 1; ; length = Math.clamp(length * 4L, FIRST_STRETCH, LONGEST_STRETCH)) {
            var rows = stretch(walk, from, length, deadline);
            for (var row : rows) {
                if (row.late()) {
                    return new Found(actors, from);
                }
                if (row.actor() != null && actors.size() == limit) {
                    return new Found(actors, cursor(actors.getLast()));
                }
                if (row.actor() != null) {
                    actors.add(row.actor());
                }
                from = row.cursor();
            }
            if (rows.isEmpty() || rows.getLast().number() < length) {
                return new Found(actors, null);
            }
            if (clock.instant().isAfter(deadline)) {
                return new Found(actors, from);
            }
        }
    }

    /**
     * All that an expression over {@link ActorProperties} is true of.
     *
     * @param since only those created since; absent: only live ones
     * @return empty if there are more than {@code most}, or it cannot be told in time
     */
    public Optional<List<ActorId>> all(UUID environment, Expression expression, @Nullable Instant since, int most) {
        var found = page(Wanted.all(environment, expression, since), null, most);
        return found.next() == null
                ? Optional.of(found.actors().stream().map(Actor::id).toList())
                : Optional.empty();
    }

    private Walk walk(Wanted wanted) {
        return new Walk(wanted, wanted.tags().size() > 1 ? rarest(wanted) : wanted.anyTag());
    }

    /** Counting ends where a tag is common enough for it not to matter. */
    private Map.@Nullable Entry<String, String> rarest(Wanted wanted) {
        return jdbc.sql("""
                select w.key, w.value
                from jsonb_each_text(cast(:tags as jsonb)) as w
                cross join lateral (
                    select count(*) as n from (
                        select 1 from actor_tag t
                        where t.tag = actor_tag_number(:environment, w.key, w.value) %s limit 1000) as counted) as c
                order by c.n limit 1
                """.formatted(wanted.live() ? "and t.live" : ""))
                .param("tags", TagsColumn.write(wanted.tags()))
                .param("environment", wanted.environment())
                .query((row, _) -> Map.entry(row.getString("key"), row.getString("value")))
                .single();
    }

    /** @param number counts the rows of a stretch @param actor absent: it was only passed @param late it was not looked at */
    private record Row(long number, Cursor cursor, @Nullable Actor actor, boolean late) {}

    private List<Row> stretch(Walk walk, @Nullable Cursor from, int length, Instant deadline) {
        return jdbc.sql(walk.sql(from != null, length))
                .params(walk.parameters(from))
                .query((row, number) -> row(walk.wanted(), row, number, deadline))
                .list();
    }

    /** The first row is looked at even if it is late, so that each call makes some way. */
    private Row row(Wanted wanted, ResultSet row, int number, Instant deadline) throws SQLException {
        var at = row.getObject("created_at", OffsetDateTime.class).toInstant();
        var cursor = new Cursor(at, row.getObject("id", UUID.class));
        var late = number > 0 && clock.instant().isAfter(deadline);
        var hit = !late && row.getBoolean("hit") && wanted.matches(values(wanted.condition(), row));
        return new Row(row.getLong("n"), cursor, hit ? ActorRepository.actor(row, number) : null, late);
    }

    private static Map<KeyPath, Object> values(Condition condition, ResultSet row) throws SQLException {
        if (condition.exact()) {
            return Map.of();
        }
        var values = new HashMap<KeyPath, Object>();
        var column = 0;
        for (var path : condition.columns().keySet()) {
            var value = row.getObject("q_" + column++);
            if (value != null) {
                values.put(path, value);
            }
        }
        return values;
    }

    private static Cursor cursor(Actor actor) {
        return new Cursor(actor.createdAt(), actor.id().value());
    }
}
