package rivet.protocol.kv;

import java.util.List;
import rivet.protocol.ActorId;

/**
 * What an agent asks on its socket for stores.
 *
 * @param number the agent's; the reply bears it, and replies come in any order
 */
public record KvCall(long number, Question question) {

    /** Each is safe to be asked again. */
    public sealed interface Question {

        /** Answered by as many: to each the answers to its message, joined; nothing where nobody knows what became of it. */
        record Write(List<KvBatch> batches) implements Question {

            public Write {
                batches = List.copyOf(batches);
            }
        }

        /**
         * @param confirmed of a batch that the reads must see
         * @param message requests, joined
         */
        record Read(ActorId actor, long generation, long confirmed, Bytes message) implements Question {}

        /** For an agent that found the actor running and does not know how far its numbers had come. */
        record Resume(ActorId actor, long generation) implements Question {}
    }
}
