/** The way to Postgres: pools, migrations, transactions. Deliberately absent: any table; each room owns its own. */
@NullMarked
package rivet.controlplane.database;

import org.jspecify.annotations.NullMarked;
