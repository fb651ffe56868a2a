/**
 * What actors had in their directories: agents bring it when an actor has stopped or asks for it, and fetch the newest when it
 * starts. A checkpoint counts from the moment in which it is whole, and only if it is the actor's newest generation that brings it.
 * Deliberately absent: what is in one, and where an actor starts.
 */
@NullMarked
package rivet.controlplane.checkpoint;

import org.jspecify.annotations.NullMarked;
