package rivet.agent.proxy.http;

/**
 * What a request carries on its way besides what the client wrote.
 *
 * @param targetFrom where the part of the target begins that the actor sees; without a slash there, one is set before it
 * @param prefixFrom where the part that was taken off the path begins
 * @param prefixTo where it ends; equal where nothing was taken off
 * @param clientAddress of the connection
 * @param secured whether the connection is one of TLS
 * @param forwardingBelieved whether a proxy before us is trusted to say who the client is
 * @param shown by which the request was let in
 */
public record Onward(
        int targetFrom,
        int prefixFrom,
        int prefixTo,
        String clientAddress,
        boolean secured,
        boolean forwardingBelieved,
        RayId ray,
        Shown shown) {}
