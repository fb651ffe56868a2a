package rivet.protocol.link;

/** That a checkpoint is complete. @param number counts those of one actor, from 1 */
public record CheckpointTaken(long number) {}
