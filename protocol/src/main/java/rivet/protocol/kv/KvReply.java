package rivet.protocol.kv;

/**
 * What the control plane says to a {@link KvCall}.
 *
 * @param number of the call
 * @param answered else nobody knows what became of it; asking again is safe
 * @param bytes the answer; why there is none, for people
 */
public record KvReply(long number, boolean answered, Bytes bytes) {}
