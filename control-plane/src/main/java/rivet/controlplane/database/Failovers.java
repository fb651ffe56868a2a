package rivet.controlplane.database;

import java.sql.Connection;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that Postgres is another one than before: a standby that was promoted, or a backup that was restored. What was
 * acknowledged last may be missing there, and with it numbers that agents and actors have been given; so numbers go on from
 * where none can have been given yet. Thread-safe.
 */
public final class Failovers {

    private static final Logger log = LoggerFactory.getLogger(Failovers.class);

    /** Between two failovers no actor is started more often than two to the power of this, and no agent joins more often. */
    private static final int STRIDE_BITS = 20;

    /** Nor writes to its store more often than two to the power of this; a few thousand times that is a whole number in JavaScript. */
    private static final int VERSION_STRIDE_BITS = 40;

    private static final String UNDEFINED_TABLE = "42P01";
    private static final String CANNOT_CONNECT_NOW = "57P03";

    private volatile long seen;

    /** Numbers up to here may have been given in a past that this Postgres does not know; 0 as long as it was always the same. */
    public long given() {
        return seen << STRIDE_BITS;
    }

    /** Likewise versions of what actors remember. */
    public long versionsGiven() {
        return seen << VERSION_STRIDE_BITS;
    }

    /**
     * Before the connection is used for anything.
     *
     * @throws SQLException with the state of a Postgres that does not take connections yet, if it is a standby
     */
    void greet(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("""
                        select failovers, incarnation = database_incarnation() as same, pg_is_in_recovery() as standby
                        from database_lineage
                        """)) {
            if (!row.next()) {
                throw new SQLException("database_lineage has no row");
            }
            if (row.getBoolean("standby")) {
                throw new SQLException("this Postgres is a standby that was not promoted", CANNOT_CONNECT_NOW);
            }
            saw(row.getBoolean("same") ? row.getLong("failovers") : takeOver(connection));
        } catch (SQLException e) {
            if (!UNDEFINED_TABLE.equals(e.getSQLState())) { // before the first migration there is nothing to lose
                throw e;
            }
        }
    }

    /** The first control plane does it; the others wait for its row, and find it done. */
    private static long takeOver(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (var statement = connection.createStatement()) {
            int first = statement.executeUpdate("""
                    update database_lineage set incarnation = database_incarnation(), failovers = failovers + 1
                    where incarnation <> database_incarnation()
                    """);
            if (first == 1) {
                statement.executeUpdate("""
                        update agent set epoch = epoch + (1 << %1$d), set_revision = set_revision + (1 << %1$d)
                        """.formatted(STRIDE_BITS));
                statement.executeUpdate(
                        "update replica_list set revision = revision + (1 << %d)".formatted(STRIDE_BITS));
            }
            try (var row = statement.executeQuery("select failovers from database_lineage")) {
                row.next();
                long failovers = row.getLong(1);
                connection.commit();
                if (first == 1) {
                    log.atWarn()
                            .addKeyValue("failovers", failovers)
                            .log(
                                    "Postgres is another one than before, promoted or restored: what was acknowledged last may be"
                                            + " missing; all agents join anew");
                }
                return failovers;
            }
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private synchronized void saw(long failovers) {
        seen = Math.max(seen, failovers);
    }
}
