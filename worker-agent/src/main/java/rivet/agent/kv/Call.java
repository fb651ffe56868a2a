package rivet.agent.kv;

import java.time.Duration;
import java.util.function.Consumer;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvAnswer;
import rivet.protocol.kv.KvRequest;
import rivet.protocol.kv.KvWire;

/**
 * One thing that an actor has asked and waits for.
 *
 * @param request what the bytes say
 * @param giveUp on {@link System#nanoTime}
 * @param reply takes the answer's bytes, once; may wait while the actor does not read
 */
record Call(KvRequest request, Bytes bytes, long giveUp, Consumer<byte[]> reply) {

    /** From being asked to an answer. */
    static final Duration BOUND = Duration.ofSeconds(5);

    /** As many values as one answer of a range may hold, if they are large. */
    private static final int KEYS_OF_A_RANGE = 8;

    boolean isWrite() {
        return switch (request) {
            case KvRequest.Write _, KvRequest.AlarmWrite _ -> true;
            case KvRequest.Get _, KvRequest.Range _, KvRequest.Alarms _, KvRequest.NextAlarm _ -> false;
        };
    }

    /** How many large values the answer may hold. */
    int values() {
        return switch (request) {
            case KvRequest.Get(var keys) -> keys.size();
            case KvRequest.Range _, KvRequest.Alarms _ -> KEYS_OF_A_RANGE;
            case KvRequest.NextAlarm _ -> 1;
            case KvRequest.Write _, KvRequest.AlarmWrite _ -> 0;
        };
    }

    void refuse(KvAnswer.Code code, String message) {
        reply.accept(KvWire.write(new KvAnswer.Refused(code, message)));
    }
}
