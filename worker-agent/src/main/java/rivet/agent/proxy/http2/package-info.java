/**
 * HTTP/2 at both edges of a proxy whose inside speaks HTTP/1: each stream is a channel on which one message goes each way as
 * bytes of HTTP/1.1, so that every rule about requests is written once and holds for both. Frames, header compression and
 * flow control are Netty's; here are the translation, and the bounds on what a peer may make us do. Deliberately absent:
 * routes, actors, server push, the upgrade from HTTP/1.1.
 */
@NullMarked
package rivet.agent.proxy.http2;

import org.jspecify.annotations.NullMarked;
