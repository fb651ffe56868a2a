package rivet.client;

/** Where an actor wrote a line. */
public enum LogStream {
    /** The standard output. */
    STDOUT,
    /** The error stream. */
    STDERR
}
