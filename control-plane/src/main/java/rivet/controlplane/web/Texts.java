package rivet.controlplane.web;

import java.nio.charset.StandardCharsets;

/** What may be said of any text that comes from outside. */
public final class Texts {

    private Texts() {}

    /** Postgres keeps no zero character, and half a surrogate pair is no character at all. */
    public static boolean storable(String text) {
        return text.indexOf('\0') < 0 && StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    /** Limits are in bytes, as on the wire. */
    public static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
