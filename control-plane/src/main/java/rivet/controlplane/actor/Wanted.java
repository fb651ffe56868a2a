package rivet.controlplane.actor;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import rivet.controlplane.query.Condition;
import rivet.controlplane.query.Expression;
import rivet.controlplane.query.Expression.Leaf;
import rivet.controlplane.query.Expression.Test;
import rivet.controlplane.query.KeyPath;

/**
 * What a search looks for. All but the condition only say where to look; the condition decides.
 *
 * @param tags that an actor must have
 * @param live whether only those whose destruction has not begun
 * @param key that an actor must have; absent: any or none
 * @param ids the only ones that can be meant; absent: any
 * @param since of creation; absent: any
 */
record Wanted(
        UUID environment,
        Map<String, String> tags,
        boolean live,
        @Nullable String key,
        @Nullable Set<UUID> ids,
        @Nullable Instant since,
        Condition condition) {

    private static final String UUID_FORM = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";

    static Wanted list(UUID environment, Map<String, String> tags, boolean destroyedToo) {
        return new Wanted(environment, tags, !destroyedToo, null, null, null, condition(Expression.anything()));
    }

    static Wanted all(UUID environment, Expression expression, @Nullable Instant since) {
        var query = query(environment, expression);
        return new Wanted(
                environment, query.tags(), query.live() || since == null, null, query.ids(), since, query.condition());
    }

    static Wanted query(UUID environment, Expression expression) {
        var tags = new TreeMap<String, String>();
        var live = false;
        @Nullable Set<UUID> ids = null;
        for (var leaf : expression.implied().toList()) {
            var name = leaf.path().property();
            if (leaf.test() instanceof Test.TextIn(var values, var folded) && !folded) {
                if (name.equals(ActorProperties.TAGS)
                        && values.size() == 1
                        && leaf.path().mapKey() != null) {
                    tags.putIfAbsent(leaf.path().mapKey(), values.iterator().next());
                }
                ids = name.equals(ActorProperties.ID) ? ids(values) : ids;
            }
            live |= meansLive(leaf);
        }
        return new Wanted(environment, tags, live, null, ids, null, condition(expression));
    }

    Wanted withKey(@Nullable String wanted) {
        return new Wanted(environment, tags, live, wanted, ids, since, condition);
    }

    private static boolean meansLive(Leaf leaf) {
        return switch (leaf.test()) {
            case Test.NumberIn(var values) ->
                leaf.path().property().equals(ActorProperties.DESTROYED_AT) && values.equals(Set.of(0.0));
            case Test.TextIn(var values, var folded) ->
                leaf.path().property().equals(ActorProperties.STATE)
                        && !folded
                        && ActorProperties.LIVE.containsAll(values);
            case Test.TextNotIn _, Test.Contains _, Test.Matches _ -> false;
            case Test.NumberNotIn _, Test.Compare _, Test.Is _, Test.IsNot _ -> false;
        };
    }

    /** What is no id is no actor's. */
    private static Set<UUID> ids(Set<String> texts) {
        var ids = new TreeSet<UUID>();
        texts.stream().filter(text -> text.matches(UUID_FORM)).forEach(text -> ids.add(UUID.fromString(text)));
        return ids;
    }

    private static Condition condition(Expression expression) {
        return new Condition(expression, ActorProperties.SCHEMA, "q");
    }

    Map.@Nullable Entry<String, String> anyTag() {
        return tags.isEmpty() ? null : tags.entrySet().iterator().next();
    }

    boolean matches(Map<KeyPath, Object> values) {
        return condition.exact() || condition.matches(values::get);
    }
}
