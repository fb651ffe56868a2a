package rivet.agent.link;

/** What must not be seen: prints as stars. */
public record Secret(String reveal) {

    public Secret {
        if (reveal.isBlank()) {
            throw new IllegalArgumentException("secret: empty (expected: at least one character)");
        }
    }

    @Override
    public String toString() {
        return "***";
    }
}
