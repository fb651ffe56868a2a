/**
 * Directories of actors: one for each that asked for it, kept on this disk from start to start, taken apart into checkpoints when a
 * process has gone, and made of one where the newest is elsewhere. Deliberately absent: which is the newest; the control plane knows.
 */
@NullMarked
package rivet.agent.dir;

import org.jspecify.annotations.NullMarked;
