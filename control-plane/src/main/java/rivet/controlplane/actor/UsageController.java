package rivet.controlplane.actor;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import rivet.controlplane.auth.Caller;
import rivet.controlplane.auth.Needs;
import rivet.controlplane.auth.Scope;
import rivet.controlplane.query.Condition;
import rivet.controlplane.query.Expression;
import rivet.controlplane.query.KeyPath;
import rivet.controlplane.query.Queries;
import rivet.controlplane.query.QueryParser;
import rivet.controlplane.web.Problem;
import rivet.protocol.api.UsageView;

/** How much ran when. */
@RestController
class UsageController {

    private static final long LAST_MS = Instant.parse("9999-12-31T23:59:59Z").toEpochMilli();
    private static final int MOST_SEARCHED = 10_000;
    private static final int METRICS = 4;

    private final UsageRepository repository;
    private final ActorSearch search;
    private final UsageSettings settings;

    UsageController(UsageRepository repository, ActorSearch search, UsageSettings settings) {
        this.repository = repository;
        this.search = search;
        this.settings = settings;
    }

    /** How much of what ran when, one value for each interval. */
    @Needs(Scope.READ)
    @GetMapping("/actors/usage")
    UsageView usage(
            Caller caller,
            @RequestParam("start") long start,
            @RequestParam("end") long end,
            @RequestParam("interval") long interval,
            @RequestParam(name = "group_by", required = false) @Nullable String groupBy,
            @RequestParam(name = "query_json", required = false) @Nullable String query) {
        var points = points(start, end, interval);
        var group = groupBy == null || groupBy.isEmpty()
                ? null
                : Queries.parameter("group_by", () -> QueryParser.keyPath(groupBy, ActorProperties.SCHEMA));
        var environment = caller.environment().id();
        var asked = new UsageRepository.Asked(
                environment,
                start,
                end,
                interval,
                group,
                which(environment, Queries.parse(query, ActorProperties.SCHEMA)));
        var most = settings.series() / METRICS;
        var changes = repository.changes(asked, most * points + 1);
        var usage = new Usage(changes, interval, points);
        if (changes.size() > most * points || usage.groups() > most) {
            throw tooManyGroups(group, most);
        }
        return usage.view(group);
    }

    private int points(long start, long end, long interval) {
        if (start < 0 || start > LAST_MS) {
            throw Problem.badParameter("start", start, "milliseconds since 1970");
        }
        if (end <= start || end > LAST_MS) {
            throw Problem.badParameter("end", end, "milliseconds since 1970, after start");
        }
        var points = interval < 1 ? Long.MAX_VALUE : Math.ceilDiv(end - start, interval);
        if (points > settings.points()) {
            var expected = "milliseconds, at least %d here: at most %d intervals from start to end"
                    .formatted(Math.ceilDiv(end - start, (long) settings.points()), settings.points());
            throw new Problem(
                            HttpStatus.BAD_REQUEST,
                            "ACTOR_METRICS_INVALID_INTERVAL",
                            "interval: %d (expected: %s)".formatted(interval, expected))
                    .at("interval", expected);
        }
        return (int) points;
    }

    /** The database adds up, so it has to know whom to count: what it cannot decide is decided before. */
    private UsageRepository.Which which(UUID environment, Expression expression) {
        var condition = new Condition(expression, ActorProperties.SCHEMA, "q");
        if (condition.exact()) {
            return new UsageRepository.Which.Such(condition);
        }
        var ids = search.all(environment, expression, Instant.EPOCH, MOST_SEARCHED)
                .orElseThrow(() -> new Problem(
                                HttpStatus.BAD_REQUEST,
                                "API_BAD_QUERY_PARAMETER",
                                "query_json: too many actors to look at each (expected: a tag or ids beside a pattern, or none)")
                        .at("query_json"));
        return new UsageRepository.Which.These(ids);
    }

    private static Problem tooManyGroups(@Nullable KeyPath group, int most) {
        return Problem.badParameter(
                "group_by",
                group == null ? null : group.property(),
                "a property with at most %d values".formatted(most));
    }
}
