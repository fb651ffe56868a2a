/**
 * The worker agent: joins a control plane, runs the actors it is told to run, and reports what is true of them. This
 * package reads the settings and wires the rooms, which do not know each other; it decides nothing.
 */
@NullMarked
package rivet.agent;

import org.jspecify.annotations.NullMarked;
