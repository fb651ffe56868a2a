package rivet.client;

import java.time.Instant;

/**
 * A line that an actor printed.
 *
 * @param actor the actor's id
 * @param time when the line was read from the actor, by its machine's clock
 * @param stream where the actor wrote it
 * @param text the line without its end; bytes that are not UTF-8 are replaced by U+FFFD
 */
public record LogLine(String actor, Instant time, LogStream stream, String text) {}
