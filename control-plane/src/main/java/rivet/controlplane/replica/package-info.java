/**
 * Which control planes run on this database, as a list with a revision that agents are told and acknowledge. Deliberately
 * absent: leaders; each replica does everything, and the list only says whose word an agent needs while the database is away.
 */
@NullMarked
package rivet.controlplane.replica;

import org.jspecify.annotations.NullMarked;
