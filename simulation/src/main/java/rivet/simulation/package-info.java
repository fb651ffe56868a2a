/**
 * A world in which the protocol of leases, generations and placement is tried out: our code and a real Postgres, and around
 * them simulated time, machines, processes and wires, all drawn from one seed. Deliberately absent: threads that run at the
 * same time, and real clocks; the same seed is the same story.
 */
@NullMarked
package rivet.simulation;

import org.jspecify.annotations.NullMarked;
