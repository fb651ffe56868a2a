/**
 * Until when this agent may serve its actors. Deliberately absent: clocks of other machines, the control plane, and what is
 * done at the deadline; who serves or runs something asks, or listens.
 */
@NullMarked
package rivet.agent.lease;

import org.jspecify.annotations.NullMarked;
