/**
 * What people see of actors' stores, and change there: keys and values as JSON where they can be. Deliberately absent: how an
 * actor's own writes are ordered and fenced; an edit is only made while no copy of the actor can write.
 */
@NullMarked
package rivet.controlplane.inspect;

import org.jspecify.annotations.NullMarked;
