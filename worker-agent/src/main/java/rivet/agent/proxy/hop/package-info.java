/**
 * How two agents of one install recognise each other before one hands the other requests: each proves to the other that it
 * knows the key, over numbers that are used once, and the owner also who it is. Deliberately absent: encryption. Who can
 * change what is on the wire between agents is kept off it, or has a tunnel around him.
 */
@NullMarked
package rivet.agent.proxy.hop;

import org.jspecify.annotations.NullMarked;
