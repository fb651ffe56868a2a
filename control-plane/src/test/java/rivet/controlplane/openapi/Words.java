package rivet.controlplane.openapi;

import java.util.Map;

/** What is said of many operations in the same words. What is true of one only stands in the comment of its handler. */
final class Words {

    static final String ABOUT = """
            Rivet runs actors: stateful, long-lived programs. Errors are JSON of one shape with a stable `code`; every answer has
            the header `rvt-ray-id`, which finds the line in the server's log. A request that is refused with 4xx has changed nothing.""";
    static final String TOKEN =
            "A token as `rivet token create` gives it. A development server on loopback asks for none.";
    static final String REFUSED =
            "Refused; nothing has changed. `metadata.field` names what is wrong where one thing is.";
    static final String FAILED =
            "The server's fault, or the database is away: 503 with `Retry-After` can be tried again.";

    private static final Map<String, String> TAGS = Map.ofEntries(
            Map.entry("actors", "Running instances of builds."),
            Map.entry("agents", "The machines that run actors."),
            Map.entry("audit", "Who changed what."),
            Map.entry("builds", "What actors run."),
            Map.entry("connections", "Who may reach an actor's port for a while."),
            Map.entry("health", "Whether requests can be served."),
            Map.entry("openapi", "This document."),
            Map.entry("projects", "What builds, actors and tokens belong to."),
            Map.entry("regions", "Where agents are."),
            Map.entry("rollouts", "Upgrades of many actors, some at a time."),
            Map.entry("routes", "Hostnames and paths of one's own."),
            Map.entry("tokens", "Who may do what."));

    private static final Map<String, String> PARAMETERS = Map.ofEntries(
            Map.entry("project", "The slug of the project; where the token is good for one environment, that one's."),
            Map.entry("environment", "The slug of the environment; likewise."),
            Map.entry("id", "The id, a UUID."),
            Map.entry("name", "The name."),
            Map.entry("region", "The id of a region: only what is there."),
            Map.entry("connection", "The id of the connection, a UUID."),
            Map.entry("subject", "Only the connections that were made for this subject."),
            Map.entry("part", "Which part, from 0."),
            Map.entry(
                    "key",
                    "The key of the actor, 1 to 256 bytes; or of an entry of its store: a JSON array, or one element."),
            Map.entry("prefix", "Only keys that begin with this JSON array, or with this JSON string."),
            Map.entry("reverse", "Whether the last key comes first."),
            Map.entry("version", "The version that the entry must have, 0 for none; absent: any."),
            Map.entry("cursor", "`pagination.cursor` of the page before; absent for the first."),
            Map.entry("limit", "How many at most, 1 to 1000."),
            Map.entry("tags_json", "A JSON object of texts: only those that have all of these tags."),
            Map.entry("query_json", "A JSON object in the query language of the manual: only those it is true of."),
            Map.entry("include_destroyed", "Whether those are listed too whose destruction has begun."),
            Map.entry("endpoint_type", "Which URLs to show: `hostname` or `path`; else as the actor was created."),
            Map.entry("wait", "`ready` or `destroyed`: answers when the actor is that, or when `timeout` is over."),
            Map.entry("timeout", "Milliseconds to wait at the most."),
            Map.entry("dry_run", "`true` creates nothing and answers where the actor could go."),
            Map.entry("override_kill_timeout", "Milliseconds from the signal to end until it is killed, 0 to 7200000."),
            Map.entry("Idempotency-Key", "1 to 255 characters: a repetition with the same key does nothing again."),
            Map.entry("Last-Event-ID", "The id of the last event that was seen; what came after it is sent."),
            Map.entry("start", "Milliseconds since 1970."),
            Map.entry("end", "Milliseconds since 1970, after `start`."),
            Map.entry("interval", "Milliseconds for each value."),
            Map.entry("group_by", "A property, as in a query: one series for each value of it."),
            Map.entry("lat", "Degrees north, -90 to 90; with `long`."),
            Map.entry("long", "Degrees east, -180 to 180; with `lat`."),
            Map.entry("actor_ids_json", "A JSON array of actors' ids; absent for all of the environment."),
            Map.entry("stream", "`all`, `std_out` or `std_err`."),
            Map.entry("watch_index", "`watch.index` of the answer before: waits until there are lines after it."),
            Map.entry("search_text", "Only lines that contain it."),
            Map.entry("search_case_sensitive", "Whether upper and lower case differ."),
            Map.entry("search_enable_regex", "Whether `search_text` is a regular expression (RE2)."),
            Map.entry("of", "As in the URL that was given."),
            Map.entry("query", "As in the URL that was given."),
            Map.entry("expires", "As in the URL that was given."),
            Map.entry("signature", "As in the URL that was given."));

    private Words() {}

    static String tag(String name) {
        return known(TAGS, name);
    }

    static String parameter(String name) {
        return known(PARAMETERS, name);
    }

    private static String known(Map<String, String> words, String name) {
        var said = words.get(name);
        if (said == null) {
            throw new IllegalStateException("say what '%s' is, here or in the comment of its handler".formatted(name));
        }
        return said;
    }
}
