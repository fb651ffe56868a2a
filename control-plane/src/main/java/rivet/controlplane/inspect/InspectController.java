package rivet.controlplane.inspect;

import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import rivet.controlplane.actor.Actors;
import rivet.controlplane.actor.Explanations;
import rivet.controlplane.actor.Explanations.Status;
import rivet.controlplane.auth.Caller;
import rivet.controlplane.auth.Needs;
import rivet.controlplane.auth.Scope;
import rivet.controlplane.kv.KvInspection;
import rivet.controlplane.kv.KvInspection.Edit;
import rivet.controlplane.web.Problem;
import rivet.protocol.ActorId;
import rivet.protocol.api.ActorView;
import rivet.protocol.api.KvView;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvAnswer;
import rivet.protocol.kv.KvRequest;

/** Actors' stores, over REST. */
@RestController
@RequestMapping("/actors/{id}/kv")
class InspectController {

    private static final int PAGE = 100;
    private static final int LARGEST_PAGE = 1000;

    private final KvInspection store;
    private final Actors actors;
    private final Explanations explanations;

    InspectController(KvInspection store, Actors actors, Explanations explanations) {
        this.store = store;
        this.actors = actors;
        this.explanations = explanations;
    }

    /** Entries of an actor's store in the order of their keys, 100 to a page unless said otherwise. */
    @Needs(value = Scope.ACTORS, audited = true)
    @GetMapping
    KvView.Many listKv(
            Caller caller,
            @PathVariable("id") String id,
            @RequestParam(name = "prefix", required = false) @Nullable String prefix,
            @RequestParam(name = "reverse", defaultValue = "false") boolean reverse,
            @RequestParam(name = "limit", required = false) @Nullable Integer limit,
            @RequestParam(name = "cursor", required = false) @Nullable String cursor) {
        var actor = actor(caller, id);
        int most = limit(limit);
        var all = prefix == null ? JsonKeys.Beginning.ALL : JsonKeys.prefix("prefix", prefix);
        var start = cursor == null || reverse ? all.start() : after(cursor(cursor));
        var end = cursor != null && reverse ? new Bytes(cursor(cursor)) : all.end();
        var listed = store.list(actor.value(), new KvRequest.Range(start, end, reverse, most));
        return new KvView.Many(
                listed.entries().stream().map(StoredValues::shown).toList(),
                new ActorView.Pagination(listed.more() ? cursorAfter(listed.entries()) : null));
    }

    /** One entry of an actor's store. */
    @Needs(value = Scope.ACTORS, audited = true)
    @GetMapping("/entry")
    KvView.One getKv(
            Caller caller,
            @PathVariable("id") String id,
            @RequestParam(name = "key", required = false) @Nullable String key) {
        var actor = actor(caller, id);
        var wanted = key(key);
        var found = store.get(actor.value(), wanted);
        if (found.version() == 0) {
            throw Problem.notFound("KV_NOT_FOUND", "key: no entry %s".formatted(JsonKeys.shown(wanted)))
                    .at("key");
        }
        return new KvView.One(StoredValues.shown(new KvAnswer.Entry(wanted, found.version(), found.bytes())));
    }

    /** Puts an entry into the store of an actor that does not run. */
    @Needs(Scope.ACTORS)
    @PutMapping("/entry")
    KvView.Written putKv(Caller caller, @PathVariable("id") String id, @RequestBody KvView.Put put) {
        var actor = actor(caller, id);
        var key = JsonKeys.field("key", put.key());
        return written(actor, new Edit(key, StoredValues.taken(put), put.version()));
    }

    /** Deletes an entry from the store of an actor that does not run; that there is none is no mistake. */
    @Needs(Scope.ACTORS)
    @DeleteMapping("/entry")
    KvView.Written deleteKv(
            Caller caller,
            @PathVariable("id") String id,
            @RequestParam(name = "key", required = false) @Nullable String key,
            @RequestParam(name = "version", required = false) @Nullable Long version) {
        var actor = actor(caller, id);
        return written(actor, new Edit(key(key), null, version));
    }

    private KvView.Written written(ActorId actor, Edit edit) {
        return new KvView.Written(
                store.edit(actor.value(), () -> actors.supersede(actor, InspectController::requireRest), edit));
    }

    /** What a copy that runs has in its memory would contradict an edit, and overwrite it. */
    private static void requireRest(Status status) {
        if (status.state().equals("destroyed")) {
            throw Problem.conflict("ACTOR_DESTROYED", "actor: %s is destroyed".formatted(status.actor()));
        }
        if (status.generation() == 0) {
            throw Problem.conflict("KV_NOT_THERE", "actor: it has never run, and so has no store yet");
        }
        if (!status.rests()) {
            throw Problem.conflict(
                    "KV_IN_USE",
                    "actor: it is %s (expected: one that does not run; POST /actors/%s/sleep puts it to sleep)"
                            .formatted(status.state(), status.actor()));
        }
    }

    private ActorId actor(Caller caller, String id) {
        return explanations.status(caller.environment(), id).actor();
    }

    private static Bytes key(@Nullable String key) {
        if (key == null) {
            throw Problem.badParameter("key", null, "the entry's key, as JSON");
        }
        return JsonKeys.parameter("key", key);
    }

    private static int limit(@Nullable Integer limit) {
        if (limit == null) {
            return PAGE;
        }
        if (limit < 1 || limit > LARGEST_PAGE) {
            throw Problem.badParameter("limit", limit, "1 to %d".formatted(LARGEST_PAGE));
        }
        return limit;
    }

    /** The least key that is greater. */
    private static Bytes after(byte[] key) {
        return new Bytes(Arrays.copyOf(key, key.length + 1));
    }

    private static String cursorAfter(List<KvAnswer.Entry> entries) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(entries.getLast().key().array());
    }

    private static byte[] cursor(String cursor) {
        try {
            return Base64.getUrlDecoder().decode(cursor);
        } catch (IllegalArgumentException _) {
            throw Problem.badParameter("cursor", cursor, "the cursor of an earlier page");
        }
    }
}
