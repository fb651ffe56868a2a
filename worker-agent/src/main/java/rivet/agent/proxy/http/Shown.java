package rivet.agent.proxy.http;

/**
 * What a request showed to be let in: stays at the proxy, and what it proves is told to the actor in its place.
 *
 * @param field not handed on; -1: none
 * @param cutFrom where the part of the target begins that is not handed on
 * @param cutTo where it ends; equal where nothing is cut
 * @param told whole lines of fields, ASCII, each ended by CR and LF
 */
public record Shown(int field, int cutFrom, int cutTo, String told) {

    public static final Shown NOTHING = new Shown(-1, 0, 0, "");

    /** @param more whole lines likewise */
    public Shown and(String more) {
        return new Shown(field, cutFrom, cutTo, told + more);
    }
}
