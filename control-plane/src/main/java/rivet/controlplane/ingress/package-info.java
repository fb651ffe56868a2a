/**
 * Which number of a region's proxies leads to which actor's TCP or UDP port. A number is an actor's for its whole life, so the
 * world finds it there whatever is restarted or moved meanwhile. Its door is {@link rivet.controlplane.ingress.Ingress}.
 * Deliberately absent: who listens and what is carried, which is the agents' business.
 */
@NullMarked
package rivet.controlplane.ingress;

import org.jspecify.annotations.NullMarked;
