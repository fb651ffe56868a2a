package rivet.agent.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import rivet.agent.proxy.http.Body;
import rivet.agent.proxy.http.Method;
import rivet.agent.proxy.http.Onward;
import rivet.agent.proxy.http.RayId;
import rivet.agent.proxy.http.RequestHead;
import rivet.agent.proxy.http.RequestWriter;
import rivet.agent.proxy.http.ResponseWriter.Afterwards;

/** One request's way to its actor, and the end of it. Lives on the event loop of its client. */
@SuppressWarnings("FutureReturnValueIgnored") // the lane reports what fails
final class Exchange implements Approach.Visitor {

    private enum Stage {
        APPROACHING,
        CONNECTING,
        CARRIED,
        /** The answer is complete, and the request is not: its rest goes on, so that both connections can be used again. */
        REMAINDER,
        ENDED
    }

    /**
     * What became of a request of a generation that is over, its owner says within that, also where its event loops are busy. One that
     * does not has lost the connection, and neither end was told.
     */
    private static final Duration LAST_WORD = Duration.ofSeconds(5);

    private final Asker client;
    private final Lane lane;
    private final RequestHead head;
    private final Body body;
    private final RayId ray;
    private final @Nullable Door door;
    private final long begun = System.nanoTime();
    private final @Nullable Approach approach;
    private final @Nullable Entrance entrance;
    private final @Nullable AccessEntry access;

    private Stage stage = Stage.APPROACHING;
    private @Nullable ActorHandler actor;
    /** Whose load this request is part of. */
    private @Nullable Target counted;

    private boolean streaming;
    /** When a target was first found that takes it; 0 while there is none. */
    private long takenAt;

    /** Made when a client first owes a part of a body for a while. */
    private @Nullable BodyPace pace;

    private final Repeats repeats = new Repeats();
    /** Made when a connection is first asked for. */
    private @Nullable ConnectRetries retries;

    private boolean answering;
    private boolean keep;
    private boolean untilClose;

    /** @param door null where the request names none */
    Exchange(Asker client, Lane lane, RequestHead head, RayId ray, @Nullable Door door) {
        this.client = client;
        this.lane = lane;
        this.head = head;
        this.body = head.body();
        this.ray = ray;
        this.access = AccessEntry.of(client, lane, head, ray);
        this.door = door;
        this.approach = door == null ? null : new Approach(this, lane, door);
        this.entrance = door == null ? null : new Entrance(lane, client, head, door);
    }

    void start() {
        if (!listenedTo()) {
            fail(Problem.METHOD_NOT_ALLOWED);
        } else if (climbs()) {
            fail(Problem.CLIMBING_PATH);
        } else if (approach == null) {
            fail(client.isAgent() ? Problem.NOT_A_HOP : Problem.NO_ROUTE);
        } else {
            approach.decide();
        }
    }

    private boolean listenedTo() {
        return head.method() != Method.CONNECT && head.method() != Method.TRACE;
    }

    /** What is stripped off the path is no place that its rest may lead back to. */
    private boolean climbs() {
        return door != null && head.climbsAbove(door.targetFrom());
    }

    @Override
    public void admitted(Target target) {
        Problem refusal = entrance == null ? Problem.NO_ROUTE : entrance.enter(target);
        if (refusal != null) {
            fail(refusal);
            return;
        }
        takenAt = takenAt == 0 ? System.nanoTime() : takenAt;
        stage = Stage.CONNECTING;
        counted = target;
        if (access != null && door != null) {
            access.carriedTo(target, door.port());
        }
        if (target.limits().isFull(target.began())) {
            fail(Problem.CONCURRENCY_LIMIT);
            return;
        }
        ActorHandler idle = repeats.any() || head.grpc() ? null : take(target);
        if (idle != null) {
            carry(idle, target);
        } else {
            var _ = retries();
            lane.pool().connect(target, this);
        }
    }

    private @Nullable ActorHandler take(Target target) {
        return head.method().idempotent()
                ? lane.pool().take(target)
                : lane.pool().takeForOnce(target);
    }

    /** Where not, it has its answer. */
    @Override
    public boolean mayWait() {
        Problem problem = entrance == null ? null : entrance.againstWaiting();
        if (problem != null) {
            fail(problem);
        }
        return problem == null;
    }

    /** Whether it waits for a connection to there. */
    boolean awaits(Target target) {
        return stage == Stage.CONNECTING && target.equals(counted);
    }

    /** @param to new, or free again */
    void connected(ActorHandler to, Target target) {
        if (stage == Stage.CONNECTING) {
            carry(to, target);
        } else {
            to.close();
        }
    }

    /** A ready actor that refuses may be about to be reported crashed, so its route is looked at anew each time. */
    void unreachable() {
        if (stage != Stage.CONNECTING) {
            return;
        }
        Target refusing = counted;
        if (refusing != null && refusing.isElsewhere()) {
            lane.remotes().unreached(refusing);
            if (repeats.any() && lane.pool().hops().isGone(refusing.line())) {
                fail(Problem.OWNER_UNREACHABLE); // it was waited for, and nobody knows of another place
            } else {
                tryAgain(Problem.OWNER_UNREACHABLE);
            }
        } else {
            tryAgain(Problem.CONNECT_FAILED);
        }
    }

    /** @param otherwise when it was tried for too long */
    private void tryAgain(Problem otherwise) {
        retries()
                .refused(System.nanoTime())
                .ifPresentOrElse(pause -> lane.later(this::connectAgain, pause), () -> fail(otherwise));
    }

    private ConnectRetries retries() {
        ConnectRetries counting = retries;
        if (counting == null) {
            counting = new ConnectRetries(lane.times().connectRetries(), System.nanoTime());
            retries = counting;
        }
        return counting;
    }

    private void connectAgain() {
        if (stage == Stage.CONNECTING) {
            approachAgain();
        }
    }

    private void approachAgain() {
        stage = Stage.APPROACHING;
        Target failed = counted;
        counted = null;
        if (approach != null) {
            approach.decide();
        }
        // Only now, so that a route with another actor to offer offers it.
        if (failed != null) {
            failed.ended();
        }
    }

    private void carry(ActorHandler to, Target target) {
        Door named = door;
        Entrance entered = entrance;
        if (named == null || entered == null) {
            return;
        }
        stage = Stage.CARRIED;
        actor = to;
        to.begin(this, client, target);
        Onward onward = new Onward(
                named.targetFrom(),
                named.prefixFrom(),
                named.targetFrom(),
                client.address(),
                client.secured(),
                entered.earlier(),
                ray,
                !HibernatingSocket.isWanted(target, head),
                entered.shown(target, ray));
        RequestWriter.write(lane.writer(), head, onward);
        to.send(lane.writer().toBuffer(client.channel().alloc(), 0));
        repeats.sendTo(to);
        client.resume();
    }

    /** Whether the client's next bytes are this request's body, and can go on. */
    boolean receiving() {
        return (stage == Stage.CARRIED || stage == Stage.REMAINDER) && !body.done();
    }

    void receive(ByteBuf in) {
        int many = body.take(in);
        if (many == Body.BROKEN) {
            // Nothing of this buffer is sent, and if it came with the head, that has not been flushed either.
            fail(Problem.MALFORMED_BODY);
        } else if (counted != null && counted.limits().isBodyTooLarge(body.bytes())) {
            fail(counted.limits().bodyTooLarge());
        } else if (actor != null) {
            ByteBuf part = in.readRetainedSlice(many);
            repeats.sent(part, !answering && (isElsewhere() || head.method().idempotent()));
            actor.send(part);
            if (stage == Stage.REMAINDER && body.done()) {
                actor.flush();
                end(true);
            }
        }
    }

    void flush() {
        if (actor != null) {
            actor.flush();
        }
    }

    /** What fills the room is sent first: to stop reading and begin again costs more. */
    boolean hasRoom() {
        return actor == null || body.done() || actor.drains();
    }

    void clientWritabilityChanged() {
        if (actor != null) {
            actor.adjustReading();
        }
    }

    /**
     * The answer begins: what is said of the client's connection is decided here and kept to.
     *
     * @param cause why the proxy of the actor's agent answers in its place; null where the actor does
     * @param goesOn whether the actor's connection takes the rest of the request after the answer
     */
    Afterwards answering(int status, @Nullable String cause, boolean endsWithConnection, boolean goesOn) {
        answering = true;
        repeats.drop();
        tell(status, cause);
        lane.counters().answered(status, System.nanoTime() - begun);
        if (counted != null) {
            counted.answered(status);
        }
        untilClose = endsWithConnection;
        // Who waits for 100-continue and gets its answer instead may or may not send its body.
        boolean complete = body.done() || (goesOn && !head.expectsContinue());
        keep = head.persistent() && complete && !endsWithConnection && !lane.draining();
        return !keep ? Afterwards.CLOSED : head.http10() ? Afterwards.KEPT_AND_SAID : Afterwards.KEPT;
    }

    /** The actor's answer is complete. */
    void answered(boolean reusable) {
        client.flush();
        if (keep && reusable && !body.done()) {
            stage = Stage.REMAINDER;
        } else {
            end(reusable);
        }
    }

    private void end(boolean reusable) {
        write(null);
        ActorHandler done = actor;
        actor = null;
        stage = Stage.ENDED;
        uncount();
        leaveEntrance();
        if (done != null) {
            done.end(reusable && body.done());
        }
        client.answered(keep && body.done(), clientMaySend());
    }

    private boolean clientMaySend() {
        return head.persistent() || !body.done();
    }

    private boolean isElsewhere() {
        return counted != null && counted.isElsewhere();
    }

    private boolean isCarriedInVain(Target target, Line.Hop hop, long sinceHeard, long lastMove) {
        return (lane.remotes().isLost(target, lane.now()) && sinceHeard > LAST_WORD.toNanos())
                || (answering
                        ? lane.pool().hops().streamIsCut(hop, lastMove)
                        : lane.pool().hops().answerIsCut(hop, lastMove));
    }

    /**
     * The agent that was taken for the owner does not run the actor, which so has seen nothing of the request.
     *
     * @param reusable whether its connection can carry another one
     */
    void staleRoute(boolean reusable) {
        Target stale = counted;
        if (stale == null) {
            return;
        }
        lane.remotes().refused(stale);
        if (door != null) {
            door.refused(lane);
        }
        leaveActor(reusable && body.done());
        if (repeats.whole()) {
            approachAgain();
        } else {
            fail(Problem.MOVING);
        }
    }

    /** The connection to the actor is gone before any answer. */
    void actorClosed(boolean silently) {
        actor = null;
        Target lost = counted;
        if (isElsewhere()) {
            ownerClosed(silently);
        } else if (silently && lost != null && mayRepeat(lost)) {
            repeat(lost);
        } else {
            fail(Problem.ACTOR_CLOSED);
        }
    }

    /** The owner says the same of the actor. @return whether its answer is not wanted, because another one is asked for */
    boolean actorClosedThere() {
        Target lost = counted;
        if (lost == null || !mayRepeat(lost)) {
            return false;
        }
        dropActor();
        repeat(lost);
        return true;
    }

    private void ownerClosed(boolean silently) {
        Target lost = counted;
        if (lost != null) {
            lane.remotes().unreached(lost);
        }
        if (silently && lost != null && mayRepeat(lost)) {
            repeat(lost);
        } else {
            fail(Problem.OWNER_LOST);
        }
    }

    /**
     * An actor may have seen the request: done twice it does no harm, and it is all here. Another agent's proxy repeats it itself:
     * else two would count how often.
     */
    private boolean mayRepeat(Target lost) {
        return !client.isAgent() && head.method().idempotent() && repeats.another(lost) && repeats.whole();
    }

    /** From here on it is as new: how long it took before says nothing of how long it may take to reach an actor. */
    private void repeat(Target lost) {
        stage = Stage.CONNECTING;
        retries = null;
        Duration pause = repeats.next(lost);
        if (pause.isZero()) {
            approachAgain();
        } else {
            lane.later(this::connectAgain, pause);
        }
    }

    /** The actor is gone or has lost patience, after its whole answer. */
    void forgoRemainder() {
        end(false);
    }

    @Override
    public void fail(Problem problem) {
        if (stage == Stage.REMAINDER) {
            forgoRemainder();
            return;
        }
        stage = Stage.ENDED;
        lane.counters().refused(problem);
        if (!answering) {
            tell(problem.status(), problem.code());
        }
        write(problem.code());
        leaveApproach();
        dropActor();
        repeats.drop();
        uncount();
        leaveEntrance();
        if (answering) {
            client.abort(untilClose);
            return;
        }
        keep = head.persistent() && body.done() && listenedTo() && !climbs() && !lane.draining();
        client.answer(problem, ray, head, keep);
        client.flush();
        client.answered(keep, clientMaySend());
    }

    /** The client is gone. */
    void abandon() {
        stage = Stage.ENDED;
        if (!answering) {
            tell(RouteCounts.CLIENT_LEFT, RouteCounts.CLIENT_LEFT_CAUSE);
        }
        write(RouteCounts.CLIENT_LEFT_CAUSE);
        leaveApproach();
        dropActor();
        repeats.drop();
        uncount();
        leaveEntrance();
    }

    /** @param brokenOff why it has no answer, or none that is whole */
    private void write(@Nullable String brokenOff) {
        if (access != null) {
            access.ended(brokenOff, body.bytes(), actor == null ? 0 : actor.answerBytes());
        }
    }

    /** Once for each request: when its answer begins, or when there will be none. */
    private void tell(int status, @Nullable String cause) {
        if (access != null) {
            access.answered(status, cause);
        }
        if (door instanceof RouteDoor route) {
            lane.routeCounts().count(route.match().route(), head.method(), status, cause);
        }
    }

    /** The answer has no end of its own. */
    void streams() {
        if (counted != null && !streaming) {
            streaming = true;
            counted.streamBegan();
        }
    }

    private void uncount() {
        if (counted != null && streaming) {
            counted.streamEnded();
        } else if (counted != null) {
            counted.ended();
        }
        counted = null;
    }

    private void leaveEntrance() {
        if (entrance != null) {
            entrance.leave();
        }
    }

    private void leaveApproach() {
        if (approach != null) {
            approach.leave();
        }
    }

    private void dropActor() {
        leaveActor(false);
    }

    private void leaveActor(boolean reusable) {
        if (actor != null) {
            ActorHandler left = actor;
            actor = null;
            left.end(reusable);
        }
    }

    /** The protocol was changed: the two connections go on without this exchange. */
    @Nullable
    ByteBuf upgraded(int status) {
        Target served = leaveUpgraded(status);
        if (served != null) {
            served.streamBegan();
            client.channel().closeFuture().addListener(_ -> served.streamEnded());
        }
        if (entrance != null) {
            entrance.leaveWhenClosed();
        }
        return client.leave();
    }

    /**
     * Likewise, of a WebSocket that outlives the actor's connection.
     *
     * @param actor how long the target has it
     * @return with what it was let in; null where everyone is
     */
    Access.@Nullable Pass hibernates(int status, Channel actor) {
        Target served = leaveUpgraded(status);
        if (served != null) {
            served.hibernatorBegan();
            actor.closeFuture().addListener(_ -> served.hibernatorEnded());
        }
        return entrance == null ? null : entrance.takePass();
    }

    private @Nullable Target leaveUpgraded(int status) {
        stage = Stage.ENDED;
        lane.counters().answered(status, System.nanoTime() - begun);
        actor = null;
        repeats.drop();
        tell(status, null);
        write(null);
        Target served = counted;
        if (served != null) {
            counted = null;
            served.answered(status);
        }
        return served;
    }

    void sweep(long now) {
        Target carrying = counted;
        boolean carried = stage == Stage.CARRIED || stage == Stage.REMAINDER;
        if (!carried || actor == null || carrying == null) {
            return;
        }
        Limits limits = carrying.limits();
        long lastMove = Math.max(client.lastRead(), actor.lastMove());
        if (isBodyTooSlow(now)) {
            fail(Problem.BODY_TIMEOUT);
        } else if (limits.isIdle(now - lastMove, lane.times().idle())) {
            fail(Problem.ACTOR_SILENT);
        } else if (streaming && limits.isStreamOver(now - takenAt)) {
            fail(Problem.STREAM_OVER);
        } else if (!streaming && limits.isRequestOver(now - takenAt)) {
            fail(body.done() ? Problem.REQUEST_OVER : Problem.BODY_TIMEOUT);
        } else if (carrying.line() instanceof Line.Hop hop
                && isCarriedInVain(carrying, hop, now - actor.lastMove(), lastMove)) {
            dropActor();
            ownerClosed(!answering);
        }
    }

    /** Calls that last are streams of messages, and may be silent for long. */
    private boolean isBodyTooSlow(long now) {
        boolean answeredAhead = answering && stage != Stage.REMAINDER;
        boolean owesBody = !body.done() && !answeredAhead && !head.grpc() && actor != null && actor.writable();
        if (!owesBody) {
            pace = null;
            return false;
        }
        pace = pace == null ? new BodyPace() : pace;
        return now - client.lastRead() > lane.times().stall().toNanos()
                || pace.isTooSlow(
                        body.bytes(),
                        now,
                        lane.times().stall(),
                        lane.settings().limits().minBodyRate());
    }

    void drain() {
        if (stage == Stage.APPROACHING || stage == Stage.REMAINDER) {
            fail(Problem.SHUTTING_DOWN);
        }
    }

    /** Where the actor's part of the target begins, and where the part that named the actor. */
    int targetFrom() {
        return door == null ? head.targetFrom() : door.targetFrom();
    }

    int prefixFrom() {
        return door == null ? head.targetFrom() : door.prefixFrom();
    }

    RequestHead head() {
        return head;
    }

    RayId ray() {
        return ray;
    }

    boolean requestComplete() {
        return body.done();
    }
}
