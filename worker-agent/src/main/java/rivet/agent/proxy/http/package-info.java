/**
 * The grammar of HTTP/1: heads and bodies as bytes, read as strictly as the strictest proxy in common use, and heads
 * written anew. Whatever could be read in two ways is refused, because a message that two parties split differently
 * lets one user's bytes end in another's request. Deliberately absent: sockets, routes, answers, HTTP/2.
 */
@NullMarked
package rivet.agent.proxy.http;

import org.jspecify.annotations.NullMarked;
