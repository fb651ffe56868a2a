/** What shall run and what is known of it. Deliberately absent: sockets and loops; they call the door. */
@NullMarked
package rivet.controlplane.actor;

import org.jspecify.annotations.NullMarked;
