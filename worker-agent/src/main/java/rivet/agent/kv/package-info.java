/**
 * The way of actors to what they remember: a socket for each generation that runs here, and behind all of them one way to the
 * control plane, on which writes of many actors travel together. What a generation read or wrote last is kept here, and good
 * while the agent holds its lease. Deliberately absent: a decision who may write; the control plane alone refuses an older
 * generation.
 */
@NullMarked
package rivet.agent.kv;

import org.jspecify.annotations.NullMarked;
