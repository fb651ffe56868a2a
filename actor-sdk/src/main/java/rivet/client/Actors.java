package rivet.client;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The actors of an environment: {@link RivetClient#actors()}. Thread-safe. All methods throw {@link RivetException}: besides
 * those named here, whatever concerns the connection, the token and the rate.
 */
public final class Actors {

    private final Transport transport;

    Actors(Transport transport) {
        this.transport = transport;
    }

    record One(Actor actor) {
        One {
            Objects.requireNonNull(actor, "actor");
        }
    }

    record Many(List<Actor> actors, @Nullable Pagination pagination) {
        Page<Actor> page() {
            return new Page<>(Answers.orEmpty(actors), Pagination.next(pagination));
        }
    }

    record Events(List<ActorEvent> events, @Nullable Pagination pagination) {
        Page<ActorEvent> page() {
            return new Page<>(Answers.orEmpty(events), Pagination.next(pagination));
        }
    }

    record Pagination(@Nullable String cursor) {
        static @Nullable String next(@Nullable Pagination pagination) {
            return pagination == null ? null : pagination.cursor();
        }
    }

    record Begun(long count, @Nullable String rollout) {}

    record OneRollout(Rollout rollout) {}

    record Count(long count) {}

    record AllAlarms(List<ActorAlarm> alarms) {}

    /**
     * Creates an actor. Returns when its creation is certain, which is before it runs: requests to its URL wait for it.
     *
     * @param request what it shall be
     * @return the actor, with its id and URLs
     * @throws RivetException.Invalid if something of the request is not allowed, or there is no such build or region
     * @throws RivetException.Conflict if a live actor has the key
     */
    public Actor create(CreateActor request) {
        return transport.send(creation(request), One.class).actor();
    }

    /**
     * Creates an actor and waits until its ports answer.
     *
     * @param request what it shall be
     * @param timeout how long to wait after its creation
     * @return the running actor
     * @throws RivetException.ActorEnded if it ended before it was ready
     * @throws RivetException.TimedOut if the time ran out; the actor was created and goes on starting
     * @throws RivetException.Invalid as {@link #create}
     * @throws RivetException.Conflict as {@link #create}
     */
    public Actor createReady(CreateActor request, Duration timeout) {
        return new Wait(transport, Wait.Goal.READY, timeout).from(creation(request));
    }

    /**
     * The live actor with the request's key, which is created if there is none. All concurrent callers get the same actor; a
     * call during its destruction waits for that, and gives the successor.
     *
     * @param request what it shall be, with a {@linkplain CreateActor#key key}; all else is only looked at if there is no such
     *     actor
     * @return the actor, and whether this call created it
     * @throws IllegalArgumentException if the request has no key
     * @throws RivetException.Invalid if something of the request is not allowed, or there is no such build or region
     */
    public GetOrCreated getOrCreate(CreateActor request) {
        if (!request.hasKey()) {
            throw new IllegalArgumentException("key: missing (expected: the unique name of the actor to get)");
        }
        return transport.send(Call.put("/actors", request.body()), GetOrCreated.class);
    }

    /**
     * One actor, live or destroyed.
     *
     * @param id a UUID as text
     * @return what it is like now
     * @throws RivetException.NotFound if there is no such actor
     */
    public Actor get(String id) {
        return transport.send(Call.get(path(id)), One.class).actor();
    }

    /**
     * One page of actors, the newest first. {@link #stream} asks for the pages by itself.
     *
     * @param filter which ones
     * @return a page, and how to ask for the next
     * @throws RivetException.Invalid if the filter's cursor is not one of the server's
     */
    public Page<Actor> list(ActorFilter filter) {
        var call = Call.get("/actors")
                .with("tags_json", filter.tags().isEmpty() ? null : Json.text(filter.tags()))
                .with("include_destroyed", filter.includeDestroyed() ? "true" : null)
                .with("cursor", filter.cursor());
        return transport.send(call, Many.class).page();
    }

    /**
     * All actors, the newest first, fetched page by page as the stream is read. Those that are created meanwhile are not in it;
     * none comes twice.
     *
     * @param filter which ones
     * @return a sequential stream, which need not be closed
     */
    public Stream<Actor> stream(ActorFilter filter) {
        return Pages.stream(filter.cursor(), cursor -> list(filter.from(cursor)));
    }

    /**
     * Destroys an actor: its process is told to stop and has the actor's own grace period. Returns when the destruction is
     * certain, which is before it is over. Destroying a destroyed actor does nothing.
     *
     * @param id a UUID as text
     * @throws RivetException.NotFound if there is no such actor
     */
    public void destroy(String id) {
        transport.send(Call.delete(path(id)));
    }

    /**
     * Destroys an actor as {@link #destroy(String)}, with another grace period than its own.
     *
     * @param id a UUID as text
     * @param killAfter from the termination signal to the kill; zero to less than two hours
     * @throws RivetException.NotFound if there is no such actor
     * @throws RivetException.Invalid if it is two hours or more
     */
    public void destroy(String id, Duration killAfter) {
        long milliseconds = Checks.notNegative("killAfter", killAfter).toMillis();
        transport.send(Call.delete(path(id)).with("override_kill_timeout", Long.toString(milliseconds)));
    }

    /**
     * Starts an actor again on another build. Its id, URLs, tags and key stay. Returns when the upgrade is certain, which is
     * before the new process runs. If that does not become ready, the actor goes back to the build before by itself.
     *
     * @param id a UUID as text
     * @param build which build
     * @throws RivetException.NotFound if there is no such actor
     * @throws RivetException.Invalid if there is no such build
     */
    public void upgrade(String id, BuildSelector build) {
        upgrade(id, UpgradeActor.to(build));
    }

    /**
     * As {@link #upgrade(String, BuildSelector)}, and says when the actor gets the build and how long its start may take.
     *
     * @param id a UUID as text
     * @param upgrade which build, and how; what it says of batches is not for one actor, and passed over
     * @throws RivetException.NotFound if there is no such actor
     * @throws RivetException.Invalid if there is no such build, or something of the request is not allowed
     */
    public void upgrade(String id, UpgradeActor upgrade) {
        transport.send(Call.post(path(id) + "/upgrade", upgrade.body(null)));
    }

    /**
     * As {@link #upgrade(String, BuildSelector)}, and waits until the new build is ready.
     *
     * @param id a UUID as text
     * @param build which build
     * @param timeout how long to wait
     * @return the actor, running the new build; or asleep, if it was
     * @throws RivetException.NotFound if there is no such actor
     * @throws RivetException.Invalid if there is no such build
     * @throws RivetException.Conflict with the code {@code UPGRADE_ROLLED_BACK} if the new build did not become ready, and the actor
     *     has the build before again
     * @throws RivetException.ActorEnded if it ended
     * @throws RivetException.TimedOut if the time ran out; the upgrade goes on
     */
    public Actor upgradeReady(String id, BuildSelector build, Duration timeout) {
        return upgradeReady(id, UpgradeActor.to(build), timeout);
    }

    /**
     * As {@link #upgradeReady(String, BuildSelector, Duration)}, and says when the actor gets the build and how long its start may
     * take. With {@link UpgradePolicy#nextStart} one that runs is returned at once, as it is.
     *
     * @param id a UUID as text
     * @param upgrade which build, and how; what it says of batches is not for one actor, and passed over
     * @param timeout how long to wait
     * @return the actor, running the new build; or asleep, if it was
     * @throws RivetException.NotFound if there is no such actor
     * @throws RivetException.Invalid if there is no such build, or something of the request is not allowed
     * @throws RivetException.Conflict with the code {@code UPGRADE_ROLLED_BACK} if the new build did not become ready, and the actor
     *     has the build before again
     * @throws RivetException.ActorEnded if it ended
     * @throws RivetException.TimedOut if the time ran out; the upgrade goes on
     */
    public Actor upgradeReady(String id, UpgradeActor upgrade, Duration timeout) {
        return ready(new Wait(transport, Wait.Goal.UPGRADED, timeout)
                .from(Call.post(path(id) + "/upgrade", upgrade.body(null))));
    }

    private static Actor ready(Actor actor) {
        var upgrade = actor.upgrade();
        if (upgrade != null && upgrade.isRolledBack()) {
            throw new RivetException.Conflict(
                    RivetException.Failure.ofClient("UPGRADE_ROLLED_BACK", String.valueOf(upgrade.message())));
        }
        return actor;
    }

    /**
     * Puts an actor to sleep: its process is told to stop and has the actor's own grace period, and no room is kept for it. Its
     * id, URLs, tags, key and store stay, and a request to it starts it again. Returns when the stop is certain, which is before
     * it is over. An actor that sleeps sleeps on.
     *
     * @param id a UUID as text
     * @throws RivetException.NotFound if there is no such actor
     * @throws RivetException.Conflict if it is destroyed
     */
    public void sleep(String id) {
        transport.send(Call.post(path(id) + "/sleep", Map.of()));
    }

    /**
     * Starts an actor that sleeps, as a request to it does. Returns when the start is certain, which is before the process runs.
     * An actor that is awake stays as it is.
     *
     * @param id a UUID as text
     * @throws RivetException.NotFound if there is no such actor
     * @throws RivetException.Conflict if it is destroyed
     */
    public void wake(String id) {
        transport.send(Call.post(path(id) + "/wake", Map.of()));
    }

    /**
     * Upgrades all live actors with at least some tags.
     *
     * @param tags the tags that an actor must have; an empty map upgrades all
     * @param build which build
     * @return how many actors are upgraded
     * @throws RivetException.Invalid if there is no such build
     */
    public long upgradeAll(Map<String, String> tags, BuildSelector build) {
        return upgradeAll(tags, UpgradeActor.to(build));
    }

    /**
     * As {@link #upgradeAll(Map, BuildSelector)}, and says when they get the build and how long each start may take.
     *
     * @param tags the tags that an actor must have; an empty map upgrades all
     * @param upgrade which build, and how; what it says of batches is passed over
     * @return how many actors are upgraded
     * @throws RivetException.Invalid if there is no such build, or something of the request is not allowed
     */
    public long upgradeAll(Map<String, String> tags, UpgradeActor upgrade) {
        return transport
                .send(Call.post("/actors/upgrade", upgrade.body(tags)), Count.class)
                .count();
    }

    /**
     * Upgrades all live actors with at least some tags, some at a time: the next ones when those before are ready, and none any
     * more when one was rolled back. Returns when that is certain to go on by itself.
     *
     * @param tags the tags that an actor must have; an empty map upgrades all
     * @param upgrade which build, how, and how many at a time
     * @return the id of the rollout
     * @throws RivetException.Invalid if there is no such build, or something of the request is not allowed
     */
    public String rollOut(Map<String, String> tags, UpgradeActor upgrade) {
        var begun = transport.send(Call.post("/actors/upgrade", upgrade.rollout(tags)), Begun.class);
        return String.valueOf(begun.rollout());
    }

    /**
     * How far a rollout is.
     *
     * @param id of the rollout
     * @return it as it is now
     * @throws RivetException.NotFound if there is no such rollout
     */
    public Rollout rollout(String id) {
        return transport
                .send(Call.get("/rollouts/" + Transport.encode(id)), OneRollout.class)
                .rollout();
    }

    /**
     * Ends a rollout: no more actors are told; those that were go on. May be repeated.
     *
     * @param id of the rollout
     * @throws RivetException.NotFound if there is no such rollout
     */
    public void cancelRollout(String id) {
        transport.send(Call.delete("/rollouts/" + Transport.encode(id)));
    }

    /**
     * Opens a guarded port of an actor to somebody for a while: what the original API calls {@code getConnection}. The port must
     * have been created {@linkplain Port#onlyByConnection() for that}.
     *
     * @param id of the actor, a UUID as text
     * @param request to which port, for how long, for whom
     * @return the URL and token, which are shown this one time
     * @throws RivetException.NotFound if there is no such actor
     * @throws RivetException.Invalid if something of the request is not allowed
     * @throws RivetException.Conflict if the port is not guarded so, or has too many connections already
     */
    public Connection connect(String id, CreateConnection request) {
        return transport.send(Call.post(path(id) + "/connections", request.body()), Connection.class);
    }

    /**
     * Revokes a connection: its token opens nothing more, and the sockets that it opened are closed. Revoking it again does
     * nothing.
     *
     * @param id of the actor, a UUID as text
     * @param connectionId a UUID as text
     * @throws RivetException.NotFound if there is no such actor
     */
    public void disconnect(String id, String connectionId) {
        transport.send(Call.delete(path(id) + "/connections/" + Transport.encode(connectionId)));
    }

    /**
     * Revokes all connections of an actor that were made for somebody.
     *
     * @param id of the actor, a UUID as text
     * @param subject for whom they were made
     * @return how many were good until now
     * @throws RivetException.NotFound if there is no such actor
     */
    public long disconnectSubject(String id, String subject) {
        return transport
                .send(Call.delete(path(id) + "/connections").with("subject", subject), Revoked.class)
                .revoked();
    }

    record Revoked(long revoked) {}

    /**
     * Waits until an actor's ports answer. The server holds the request meanwhile.
     *
     * @param id a UUID as text
     * @param timeout how long at most
     * @return the running actor
     * @throws RivetException.ActorEnded if it was destroyed, or its destruction has begun
     * @throws RivetException.TimedOut if the time ran out
     * @throws RivetException.NotFound if there is no such actor
     */
    public Actor awaitReady(String id, Duration timeout) {
        return new Wait(transport, Wait.Goal.READY, timeout).from(Call.get(path(id)));
    }

    /**
     * Waits until an actor has ended and its process is gone. The server holds the request meanwhile. This does not destroy it.
     *
     * @param id a UUID as text
     * @param timeout how long at most
     * @return the destroyed actor
     * @throws RivetException.TimedOut if the time ran out
     * @throws RivetException.NotFound if there is no such actor
     */
    public Actor awaitDestroyed(String id, Duration timeout) {
        return new Wait(transport, Wait.Goal.DESTROYED, timeout).from(Call.get(path(id)));
    }

    /**
     * The newest lines that an actor has printed; the server decides how many.
     *
     * @param id a UUID as text
     * @return oldest first; unmodifiable
     * @throws RivetException.NotFound if there is no such actor
     */
    public List<LogLine> logs(String id) {
        return transport.send(LogCursor.call(id, null), LogCursor.Answer.class).all();
    }

    /**
     * The newest lines that an actor has printed and those that it prints from now on, until it is destroyed.
     *
     * @param id a UUID as text
     * @return a feed that ends with the actor's last line
     */
    public Feed<LogLine> followLogs(String id) {
        return new Feed<>(() -> new LogCursor(transport, Checks.id(id)));
    }

    /**
     * What has happened to an actor so far, fetched page by page as the stream is read.
     *
     * @param id a UUID as text
     * @return a sequential stream in the server's order, which need not be closed
     * @throws RivetException.NotFound if there is no such actor
     */
    public Stream<ActorEvent> events(String id) {
        var call = Call.get(path(id) + "/events");
        return Pages.stream(
                null,
                cursor -> transport
                        .send(call.with("cursor", cursor), Events.class)
                        .page());
    }

    /**
     * What has happened to an actor so far and what happens to it from now on, oldest first, until it is destroyed.
     *
     * @param id a UUID as text
     * @return a feed that ends with the actor's destruction
     */
    public Feed<ActorEvent> followEvents(String id) {
        return new Feed<>(() -> new EventCursor(transport, Checks.id(id)));
    }

    /**
     * What an actor has set to be woken for.
     *
     * @param id a UUID as text
     * @return in the order of their names; unmodifiable
     * @throws RivetException.NotFound if there is no such actor
     */
    public List<ActorAlarm> alarms(String id) {
        return Answers.orEmpty(
                transport.send(Call.get(path(id) + "/alarms"), AllAlarms.class).alarms());
    }

    /**
     * Why an actor is, or is not, running.
     *
     * @param id a UUID as text
     * @return its state, the reason, what comes next and its last lines
     * @throws RivetException.NotFound if there is no such actor
     */
    public Explanation explain(String id) {
        return transport.send(Call.get(path(id) + "/explain"), Explanation.class);
    }

    private static Call creation(CreateActor request) {
        var key = request.idempotencyKey().orElseGet(() -> UUID.randomUUID().toString());
        return Call.post("/actors", request.body()).withIdempotencyKey(key);
    }

    private static String path(String id) {
        return "/actors/" + Transport.encode(Checks.id(id));
    }
}
