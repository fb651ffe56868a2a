package rivet.protocol;

/** Where an actor wrote a line. */
public enum LogStream {
    STDOUT,
    STDERR;

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
