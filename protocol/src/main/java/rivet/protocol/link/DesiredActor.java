package rivet.protocol.link;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import org.jspecify.annotations.Nullable;
import rivet.protocol.ActorId;
import rivet.protocol.BuildId;

/** One generation of one actor, and what is wanted of it. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "want")
public sealed interface DesiredActor {

    ActorId actor();

    /** Counts the actor's starts, from 1. An agent starts a generation at most once, ever. */
    long generation();

    /** @param newer what its next start will run instead; absent: the same again */
    @JsonTypeName("run")
    record Run(
            ActorId actor,
            long generation,
            ActorSpec spec,
            @Nullable Newer newer) implements DesiredActor {

        public Run(ActorId actor, long generation, ActorSpec spec) {
            this(actor, generation, spec, null);
        }
    }

    /**
     * A build that waits for a generation to end.
     *
     * @param unusedMs without a request or a connection, after which that generation need not run; absent: it has to
     */
    record Newer(BuildId build, @Nullable Long unusedMs) {}

    /**
     * @param graceMs from the termination signal to the kill, 0 to 7 200 000; counted by the agent
     * @param forGood whether nothing that it leaves in its directory is needed any more; absent: it is
     * @param drainMs how long what the actor has (requests, connections) may go on before that; absent: only requests may, and
     *     for half of the grace
     * @param why absent: an older control plane does not tell
     */
    @JsonTypeName("stop")
    record Stop(
            ActorId actor,
            long generation,
            long graceMs,
            @Nullable Boolean forGood,
            @Nullable Long drainMs,
            @Nullable StopReason why)
            implements DesiredActor {

        public Stop(ActorId actor, long generation, long graceMs) {
            this(actor, generation, graceMs, null, null, null);
        }
    }
}
