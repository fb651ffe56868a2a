package rivet.cli.server;

import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import rivet.protocol.ActorId;
import rivet.protocol.BuildId;
import rivet.protocol.Wire;
import rivet.protocol.api.ActorView;
import rivet.protocol.api.BuildView;
import rivet.protocol.api.CreateActorRequest;
import rivet.protocol.api.LogsView;
import rivet.protocol.api.RegionView;

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

    public RegionView.Many regions() {
        return transport.get("/regions", Map.of(), RegionView.Many.class);
    }

    public ActorView createActor(CreateActorRequest request) {
        return transport.post("/actors", request, ActorView.One.class).actor();
    }

    public ActorView actor(ActorId id) {
        return transport.get("/actors/" + id, Map.of(), ActorView.One.class).actor();
    }

    public ActorView.Many actors(ActorQuery query) {
        var parameters = new LinkedHashMap<String, String>();
        if (!query.tags.isEmpty()) {
            parameters.put("tags_json", Wire.JSON.writeValueAsString(query.tags));
        }
        if (query.includeDestroyed) {
            parameters.put("include_destroyed", "true");
        }
        if (query.cursor != null) {
            parameters.put("cursor", query.cursor);
        }
        return transport.get("/actors", parameters, ActorView.Many.class);
    }

    public void destroyActor(ActorId id, @Nullable Long overrideKillTimeoutMs) {
        transport.delete(
                "/actors/" + id,
                overrideKillTimeoutMs == null
                        ? Map.of()
                        : Map.of("override_kill_timeout", overrideKillTimeoutMs.toString()));
    }

    /** @param watchIndex where the last answer ended: waits for newer lines; absent: the newest lines at once */
    public LogsView logs(ActorId id, String stream, @Nullable String watchIndex) {
        var parameters = new LinkedHashMap<String, String>();
        parameters.put("stream", stream);
        parameters.put("actor_ids_json", "[\"" + id + "\"]");
        if (watchIndex != null) {
            parameters.put("watch_index", watchIndex);
        }
        return transport.get("/actors/logs", parameters, LogsView.class);
    }

    public BuildView.Many builds(Map<String, String> tags) {
        return transport.get(
                "/builds",
                tags.isEmpty() ? Map.of() : Map.of("tags_json", Wire.JSON.writeValueAsString(tags)),
                BuildView.Many.class);
    }

    public BuildView.Prepared prepareBuild(BuildView.PrepareRequest request) {
        return transport.post("/builds/prepare", request, BuildView.Prepared.class);
    }

    public void putPart(BuildView.PresignedRequest part, BodyPublisher bytes) {
        transport.put(part.url(), bytes);
    }

    public void completeBuild(BuildId id) {
        transport.post("/builds/" + id + "/complete");
    }

    public void patchTags(BuildId id, BuildView.PatchTagsRequest request) {
        transport.patch("/builds/" + id + "/tags", request);
    }

    @Override
    public void close() {
        transport.close();
    }

    /** @param tags those that an actor must have, at least */
    public record ActorQuery(
            Map<String, String> tags,
            boolean includeDestroyed,
            @Nullable String cursor) {}
}
