/**
 * The way of actors to what they remember: a socket for each generation that runs here, and behind all of them one way to the
 * control plane, on which writes of many actors travel together. Deliberately absent: a copy of what is stored; the control
 * plane alone knows it, and alone refuses an older generation.
 */
@NullMarked
package rivet.agent.kv;

import org.jspecify.annotations.NullMarked;
