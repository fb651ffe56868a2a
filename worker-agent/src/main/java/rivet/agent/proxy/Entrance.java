package rivet.agent.proxy;

import org.jspecify.annotations.Nullable;
import rivet.agent.proxy.Access.Pass;
import rivet.agent.proxy.http.Onward.Earlier;
import rivet.agent.proxy.http.RayId;
import rivet.agent.proxy.http.RequestHead;
import rivet.agent.proxy.http.Shown;
import rivet.protocol.PortGuard;

/** One request before its port: whether it is let in, with what it shows and after how many others. */
final class Entrance {

    private final Lane lane;
    private final Asker client;
    private final RequestHead head;
    private final Door door;
    /** With what it was let in; null while it was not, or where everyone may. */
    private @Nullable Pass pass;

    private boolean counted;
    /** It was let in before. */
    private final boolean resumed;

    Entrance(Lane lane, Asker client, RequestHead head, Door door) {
        this.lane = lane;
        this.client = client;
        this.head = head;
        this.door = door;
        this.resumed = client.isResumed(head);
        this.counted = resumed;
    }

    /** Shown and counted once, however often a connection is tried and whoever answers in the end. Null where it may go on. */
    @Nullable
    Problem enter(Target target) {
        Problem tooMuch = counted ? null : target.limits().against(head, origin());
        if (tooMuch != null) {
            return tooMuch;
        }
        Problem closed = show(target);
        if (closed != null) {
            return closed;
        }
        Problem tooOften = counted || pass == null ? null : target.limits().against(pass);
        counted = true;
        return tooOften;
    }

    private @Nullable Problem show(Target target) {
        PortGuard rule = target.guard();
        if (rule == null || (pass != null && pass.target().equals(target))) {
            return null;
        }
        leave();
        return switch (lane.access()
                .enter(target, rule, new Access.Visit(head, door.targetFrom(), resumed), client.channel())) {
            case Access.Answer.LetIn(var given) -> {
                pass = given;
                yield null;
            }
            case Access.Answer.Refused(var problem) -> problem;
        };
    }

    /** Nobody takes a place in the queue before a port that is closed to him. Null where he may wait. */
    @Nullable
    Problem againstWaiting() {
        RouteTable.Entry entry = door instanceof Destination to ? lane.routes().find(to.actor()) : null;
        Target target = entry != null && door instanceof Destination to ? entry.target(to.port(), PortKind.HTTP) : null;
        return target == null || target.guard() == null
                ? null
                : lane.access().look(target, target.guard(), new Access.Visit(head, door.targetFrom(), resumed));
    }

    Shown shown(Target target, RayId ray) {
        if (target.isElsewhere()) {
            String lines = HopFields.lines(target, door.port(), origin(), head);
            return new Shown(-1, 0, 0, resumed ? lines + HopFields.RESUMED : lines);
        }
        Shown shown = pass == null ? Shown.NOTHING : pass.shown();
        return HibernatingSocket.isWanted(target, head) ? shown.and(HibernatingSocket.told(ray, resumed)) : shown;
    }

    Earlier earlier() {
        if (client.isAgent()) {
            return Earlier.KEPT;
        }
        return lane.settings().believeForwarding() ? Earlier.BELIEVED : Earlier.DROPPED;
    }

    /** Where it comes from, as far as that can be believed. */
    private String origin() {
        return switch (earlier()) {
            case KEPT -> HopFields.client(head);
            case BELIEVED -> head.lastForwardedFor(client.address());
            case DROPPED -> client.address();
        };
    }

    /** @return with what it was let in, for whom it holds longer than this request lasts; null where everyone is */
    @Nullable
    Pass takePass() {
        Pass taken = pass;
        pass = null;
        return taken;
    }

    void leave() {
        if (pass != null) {
            lane.access().leave(pass);
            pass = null;
        }
    }

    /** What it was let in with holds as long as its connection. */
    void leaveWhenClosed() {
        Pass stays = pass;
        if (stays != null) {
            client.channel().closeFuture().addListener(_ -> lane.access().leave(stays));
        }
    }
}
