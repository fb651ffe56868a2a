package rivet.controlplane.query;

/** What the caller can mend in a query. */
public final class IllegalQuery extends RuntimeException {

    private final String at;

    IllegalQuery(String at, String message) {
        super(message);
        this.at = at;
    }

    /** Where in the JSON, such as {@code and.exprs[1].string_equal.value}; empty for the whole. */
    public String at() {
        return at;
    }
}
