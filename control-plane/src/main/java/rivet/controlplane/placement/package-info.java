/** Where an actor goes. Deliberately absent: actors; this room is asked with a demand and answers with an agent or a reason. */
@NullMarked
package rivet.controlplane.placement;

import org.jspecify.annotations.NullMarked;
