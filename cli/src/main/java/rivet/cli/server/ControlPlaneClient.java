package rivet.cli.server;

import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import rivet.protocol.ActorId;
import rivet.protocol.BuildId;
import rivet.protocol.Wire;
import rivet.protocol.api.ActorView;
import rivet.protocol.api.BuildView;
import rivet.protocol.api.CreateActorRequest;
import rivet.protocol.api.ExplanationView;
import rivet.protocol.api.LogsView;
import rivet.protocol.api.PlacementView;
import rivet.protocol.api.RegionView;
import rivet.protocol.api.UpgradePolicyView;

/** The operations of the control plane that commands use. */
public final class ControlPlaneClient implements AutoCloseable {

    private final Transport transport;

    ControlPlaneClient(Transport transport) {
        this.transport = transport;
    }

    public URI endpoint() {
        return transport.endpoint();
    }

    /** Whether a server is there at all, whatever it says. */
    public boolean answers() {
        return transport.answers("/regions");
    }

    /** An operation that one room uses, with bodies that are its own. */
    public <T> T get(String path, Map<String, String> query, Class<T> answer) {
        return call("GET", path, query, null, answer);
    }

    public <T> T call(String method, String path, Map<String, String> query, @Nullable Object body, Class<T> answer) {
        return transport.call(method, path, query, body, answer);
    }

    /** What it answers is of no interest, as long as it is no refusal. */
    public void call(String method, String path, Map<String, String> query, @Nullable Object body) {
        transport.call(method, path, query, body);
    }

    /** The data of server-sent events, as they come, until the server ends them. */
    public Stream<String> events(String path, Map<String, String> query) {
        return transport.events(path, query);
    }

    public RegionView.Many regions() {
        return get("/regions", Map.of(), RegionView.Many.class);
    }

    public ActorView createActor(CreateActorRequest request) {
        return call("POST", "/actors", Map.of(), request, ActorView.One.class).actor();
    }

    /** The one live actor with the request's key, which is created if there is none. */
    public ActorView.GetOrCreated getOrCreateActor(CreateActorRequest request) {
        return call("PUT", "/actors", Map.of(), request, ActorView.GetOrCreated.class);
    }

    /** Where an actor could go; nothing is created. */
    public PlacementView placement(CreateActorRequest request) {
        return call("POST", "/actors", Map.of("dry_run", "true"), request, PlacementView.class);
    }

    public void upgradeActor(ActorId id, Upgrade to) {
        call("POST", "/actors/" + id + "/upgrade", Map.of(), to);
    }

    /** @param policy absent: now @param startTimeout ms of the new build's first start; absent: as usual */
    public record Upgrade(
            String build,
            @Nullable String policy,
            @Nullable Long deadline,
            @Nullable String atDeadline,
            @Nullable Long startTimeout) {

        public static Upgrade to(BuildId build, @Nullable UpgradePolicyView policy) {
            return policy == null
                    ? new Upgrade(build.toString(), null, null, null, null)
                    : new Upgrade(build.toString(), policy.policy(), policy.deadline(), policy.atDeadline(), null);
        }
    }

    /** As soon as it runs or has ended, and at the latest after this time, whatever it is like then. */
    public ActorView actorWhenReady(ActorId id, Duration atMost) {
        var query = new LinkedHashMap<String, String>();
        query.put("wait", "ready");
        query.put("timeout", Long.toString(atMost.toMillis()));
        return get("/actors/" + id, query, ActorView.One.class).actor();
    }

    public ExplanationView explain(ActorId id) {
        return get("/actors/" + id + "/explain", Map.of(), ExplanationView.class);
    }

    public ActorView actor(ActorId id) {
        return get("/actors/" + id, Map.of(), ActorView.One.class).actor();
    }

    /** All pages, asked for as they are read. */
    public Stream<ActorView> allActors(ActorQuery first) {
        return Stream.iterate(
                        Optional.of(new Page(first, actors(first))),
                        Optional::isPresent,
                        page -> page.flatMap(Page::next).map(query -> new Page(query, actors(query))))
                .flatMap(page -> page.orElseThrow().answer.actors().stream());
    }

    private record Page(ActorQuery query, ActorView.Many answer) {

        /** A server that repeats itself must not keep us here for ever. */
        Optional<ActorQuery> next() {
            return Optional.<String>ofNullable(answer.pagination().cursor())
                    .filter(cursor ->
                            !cursor.equals(query.cursor) && !answer.actors().isEmpty())
                    .map(cursor -> new ActorQuery(query.tags, query.key, query.includeDestroyed, cursor));
        }
    }

    public ActorView.Many actors(ActorQuery query) {
        var parameters = new LinkedHashMap<String, String>();
        if (!query.tags.isEmpty()) {
            parameters.put("tags_json", Wire.JSON.writeValueAsString(query.tags));
        }
        if (query.key != null) {
            parameters.put("key", query.key);
        }
        if (query.includeDestroyed) {
            parameters.put("include_destroyed", "true");
        }
        if (query.cursor != null) {
            parameters.put("cursor", query.cursor);
        }
        return get("/actors", parameters, ActorView.Many.class);
    }

    public void destroyActor(ActorId id, @Nullable Long overrideKillTimeoutMs) {
        call(
                "DELETE",
                "/actors/" + id,
                overrideKillTimeoutMs == null
                        ? Map.of()
                        : Map.of("override_kill_timeout", overrideKillTimeoutMs.toString()),
                null);
    }

    /** @param watchIndex where the last answer ended: waits for newer lines; absent: the newest lines at once */
    public LogsView logs(ActorId id, LogQuery query, @Nullable String watchIndex) {
        var parameters = new LinkedHashMap<String, String>();
        parameters.put("stream", query.stream);
        parameters.put("actor_ids_json", "[\"" + id + "\"]");
        if (query.search != null) {
            parameters.put("search_text", query.search);
            parameters.put("search_enable_regex", Boolean.toString(query.regex));
            parameters.put("search_case_sensitive", Boolean.toString(query.caseSensitive));
        }
        if (watchIndex != null) {
            parameters.put("watch_index", watchIndex);
        }
        return get("/actors/logs", parameters, LogsView.class);
    }

    public BuildView.Many builds(Map<String, String> tags) {
        return get(
                "/builds",
                tags.isEmpty() ? Map.of() : Map.of("tags_json", Wire.JSON.writeValueAsString(new TreeMap<>(tags))),
                BuildView.Many.class);
    }

    public BuildView build(BuildId id) {
        return get("/builds/" + id, Map.of(), BuildView.One.class).build();
    }

    public BuildView.Prepared prepareBuild(BuildView.PrepareRequest request) {
        return call("POST", "/builds/prepare", Map.of(), request, BuildView.Prepared.class);
    }

    public void putPart(BuildView.PresignedRequest part, BodyPublisher bytes) {
        transport.put(part.url(), bytes);
    }

    public void completeBuild(BuildId id) {
        call("POST", "/builds/" + id + "/complete", Map.of(), null);
    }

    public void patchTags(BuildId id, BuildView.PatchTagsRequest request) {
        call("PATCH", "/builds/" + id + "/tags", Map.of(), request);
    }

    @Override
    public void close() {
        transport.close();
    }

    /** @param stream {@code all}, {@code std_out} or {@code std_err} @param search only lines that have this; absent: all */
    public record LogQuery(String stream, @Nullable String search, boolean regex, boolean caseSensitive) {

        public static final LogQuery ALL = new LogQuery("all", null, false, false);
    }

    /** @param tags those that an actor must have, at least @param key the one that it must have */
    public record ActorQuery(
            Map<String, String> tags,
            @Nullable String key,
            boolean includeDestroyed,
            @Nullable String cursor) {}
}
