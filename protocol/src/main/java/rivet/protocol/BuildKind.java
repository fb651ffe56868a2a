package rivet.protocol;

/** What a build's bytes are, and so how an agent starts them. */
public enum BuildKind {
    /** One ES module; runs on Deno. */
    JAVASCRIPT,
    /** A tar archive; the program to run is the file {@code start} at its root. */
    EXECUTABLE,
    /** A jar whose manifest or settings name a class that implements {@code rivet.actor.Actor}. */
    JAVA,
    OCI_BUNDLE,
    DOCKER_IMAGE;

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
