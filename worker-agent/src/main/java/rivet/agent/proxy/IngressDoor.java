package rivet.agent.proxy;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import rivet.agent.proxy.Admission.Verdict;
import rivet.protocol.ActorId;

/** A port that a number of the region's proxies leads to. */
record IngressDoor(ActorId actor, String port, PortKind kind) implements Door {

    /** Nothing that comes there is a request. */
    @Override
    public int targetFrom() {
        return 0;
    }

    @Override
    public int prefixFrom() {
        return 0;
    }

    @Override
    public Verdict look(Lane lane) {
        Verdict here = Admission.of(lane.routes().find(actor), port, kind);
        return here instanceof Verdict.Ask ? lane.remotes().look(actor, lane.now()) : here;
    }

    @Override
    public @Nullable CompletionStage<Verdict> ask(Lane lane) {
        return lane.remotes().ask(actor);
    }

    @Override
    public Object awaited() {
        return actor;
    }
}
