/**
 * Alarms that actors set: when each fires next, and the waking of actors that sleep meanwhile. One that runs asks for its alarms
 * itself, on the way of its store, so nothing here tells agents anything.
 */
@NullMarked
package rivet.controlplane.alarm;

import org.jspecify.annotations.NullMarked;
