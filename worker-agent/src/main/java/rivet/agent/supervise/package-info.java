/**
 * Makes the desired set true: compares it with what runs here, starts, watches and stops, and tells each change. Knows
 * processes only through {@link rivet.agent.supervise.Launcher}, the seam behind which they are made. Deliberately absent:
 * HTTP, the control plane's socket, and every decision about where an actor should be.
 */
@NullMarked
package rivet.agent.supervise;

import org.jspecify.annotations.NullMarked;
