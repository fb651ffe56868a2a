package rivet.controlplane.actor;

import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import rivet.controlplane.database.TagsColumn;
import rivet.controlplane.web.Cursor;

/**
 * The way through one index that a search takes, as SQL. Nothing of it depends on a parameter being null: a plan that has to
 * serve both cases uses no index for either.
 *
 * @param tag whose entries are walked; absent: the environment's actors, or the ids that are wanted
 */
record Walk(Wanted wanted, Map.@Nullable Entry<String, String> tag) {

    /** @param length how many rows are passed at most: the last of them is in the result even if it is no hit */
    String sql(boolean cursor, int length) {
        return """
                with walk as materialized (
                    %s order by created_at desc, id desc limit %d),
                step as (
                    select id, row_number() over (order by created_at desc, id desc) as n from walk)
                select s.n, h.hit, a.* %s
                from step s join actor a on a.id = s.id
                cross join lateral (select (%s) as hit offset 0) as h
                where h.hit or s.n = %2$d
                order by a.created_at desc, a.id desc
                """.formatted(keys(cursor, length), length, columns(), hit());
    }

    Map<String, Object> parameters(@Nullable Cursor cursor) {
        var all = new HashMap<>(wanted.condition().parameters());
        all.put("environment", wanted.environment());
        all.put("tags", TagsColumn.write(wanted.tags()));
        if (cursor != null) {
            all.put("afterTime", cursor.createdAt().atOffset(ZoneOffset.UTC));
            all.put("afterId", cursor.id());
        }
        if (wanted.since() != null) {
            all.put("since", wanted.since().atOffset(ZoneOffset.UTC));
        }
        if (wanted.key() != null) {
            all.put("key", wanted.key());
        }
        if (wanted.ids() != null) {
            all.put("ids", wanted.ids().stream().map(String::valueOf).collect(Collectors.joining(",", "{", "}")));
        }
        if (tag != null) {
            all.put("tagKey", tag.getKey());
            all.put("tagValue", tag.getValue());
        }
        return all;
    }

    private String keys(boolean cursor, int length) {
        if (wanted.ids() != null) {
            return actors(cursor) + " and a.id = any(cast(:ids as uuid[]))";
        }
        if (wanted.key() != null) {
            return actors(cursor) + " and a.key = :key";
        }
        if (tag == null) {
            return actors(cursor) + (wanted.live() ? " and a.destroyed_at is null" : "");
        }
        return wanted.live() ? tagged(cursor, "t.live") : merged(cursor, length);
    }

    private String actors(boolean cursor) {
        return "select a.created_at, a.id from actor a where a.environment_id = :environment"
                + bounds(cursor, "a.created_at", "a.id");
    }

    private String tagged(boolean cursor, String live) {
        return """
                select t.created_at, t.actor_id as id from actor_tag t
                where t.tag = actor_tag_number(:environment, :tagKey, :tagValue) and %s %s
                """.formatted(live, bounds(cursor, "t.created_at", "t.actor_id"));
    }

    /** The index has the live ones and the others in two places, each in order. */
    private String merged(boolean cursor, int length) {
        return """
                select created_at, id from (
                    (%s order by t.created_at desc, t.actor_id desc limit %d)
                    union all
                    (%s order by t.created_at desc, t.actor_id desc limit %2$d)) as both_
                """.formatted(tagged(cursor, "t.live"), length, tagged(cursor, "not t.live"));
    }

    private String bounds(boolean cursor, String time, String id) {
        return (cursor ? " and (%s, %s) < (:afterTime, :afterId)".formatted(time, id) : "")
                + (wanted.since() != null ? " and %s >= :since".formatted(time) : "");
    }

    private String columns() {
        var sql = new StringBuilder();
        var number = 0;
        if (!wanted.condition().exact()) {
            for (var column : wanted.condition().columns().values()) {
                sql.append(", %s as q_%d".formatted(column, number++));
            }
        }
        return sql.toString();
    }

    /** The environment is looked at again, because two tags may share a number. A function, as the operator has an index. */
    private String hit() {
        return "a.environment_id = :environment and jsonb_contains(a.tags, cast(:tags as jsonb))"
                + (wanted.live() ? " and a.destroyed_at is null" : "")
                + " and "
                + wanted.condition().sql();
    }
}
