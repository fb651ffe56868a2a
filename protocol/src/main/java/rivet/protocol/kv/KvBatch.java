package rivet.protocol.kv;

import rivet.protocol.ActorId;

/**
 * What one generation of an actor writes in one step, on its way with those of others.
 *
 * @param number counts the batches of a generation, from 1; the same one again is a retry
 * @param confirmed the last one of them that was answered; 0: none. A store that does not have it has lost it
 * @param message requests, joined
 */
public record KvBatch(ActorId actor, long generation, long number, long confirmed, Bytes message) {}
