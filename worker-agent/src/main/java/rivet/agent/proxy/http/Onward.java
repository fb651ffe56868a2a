package rivet.agent.proxy.http;

/**
 * What a request carries on its way besides what the client wrote.
 *
 * @param targetFrom where the part of the target begins that the actor sees; without a slash there, one is set before it
 * @param prefixFrom where the part that was taken off the path begins
 * @param prefixTo where it ends; equal where nothing was taken off
 * @param clientAddress of the connection
 * @param secured whether the connection is one of TLS
 * @param earlier what becomes of what the request says itself about who sent it
 * @param extended whether extensions of a WebSocket may be offered
 * @param shown by which the request was let in, or what the next proxy is told
 */
public record Onward(
        int targetFrom,
        int prefixFrom,
        int prefixTo,
        String clientAddress,
        boolean secured,
        Earlier earlier,
        RayId ray,
        boolean extended,
        Shown shown) {

    /** What is made of the fields in which proxies before us say who the client is. */
    public enum Earlier {
        /** Anybody can write them. */
        DROPPED,
        /** A proxy that the operator named has written them, and we add who sent it. */
        BELIEVED,
        /** Another proxy of ours has written all of them. */
        KEPT
    }
}
