package rivet.protocol.link;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import org.jspecify.annotations.Nullable;
import rivet.protocol.ActorId;

/** One generation of one actor, and what is wanted of it. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "want")
public sealed interface DesiredActor {

    ActorId actor();

    /** Counts the actor's starts, from 1. An agent starts a generation at most once, ever. */
    long generation();

    @JsonTypeName("run")
    record Run(ActorId actor, long generation, ActorSpec spec) implements DesiredActor {}

    /**
     * @param graceMs from the termination signal to the kill, 0 to 7 200 000; counted by the agent
     * @param forGood whether nothing that it leaves in its directory is needed any more; absent: it is
     */
    @JsonTypeName("stop")
    record Stop(
            ActorId actor,
            long generation,
            long graceMs,
            @Nullable Boolean forGood) implements DesiredActor {

        public Stop(ActorId actor, long generation, long graceMs) {
            this(actor, generation, graceMs, null);
        }
    }
}
