package rivet.client;

import java.util.Objects;

/**
 * A place where actors can run.
 *
 * @param id the short name for requests, such as {@code fra}
 * @param name as people call it, such as {@code Frankfurt}
 */
public record Region(String id, String name) {

    /** Checks that the server sent an id. */
    public Region {
        Objects.requireNonNull(id, "id");
    }
}
