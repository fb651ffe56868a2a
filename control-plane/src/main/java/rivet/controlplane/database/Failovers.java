package rivet.controlplane.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that Postgres is another one than before: a standby that was promoted, or a backup that was restored. What was
 * acknowledged last may be missing there, and with it numbers that agents and actors have been given; so numbers go on from
 * where none can have been given yet. Thread-safe.
 */
public final class Failovers {

    private static final Logger log = LoggerFactory.getLogger(Failovers.class);

    /**
     * In each second between two failovers no actor is started and no store is written to more often than two to the power of this,
     * and no agent joins more often. With seconds since 2026, numbers stay below 2^53, where JavaScript ends, until 2298.
     */
    private static final int ERA_BITS = 20;

    private static final String UNDEFINED_TABLE = "42P01";
    private static final String CANNOT_CONNECT_NOW = "57P03";

    private volatile long era;

    /** Numbers up to here may have been given in a past that this Postgres does not know; 0 as long as it was always the same. */
    public long given() {
        return era << ERA_BITS;
    }

    /**
     * Before the connection is used for anything.
     *
     * @throws SQLException with the state of a Postgres that does not take connections yet, if it is a standby
     */
    void greet(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("""
                        select era, incarnation = database_incarnation() as same, pg_is_in_recovery() as standby
                        from database_lineage
                        """)) {
            if (!row.next()) {
                throw new SQLException("database_lineage has no row");
            }
            if (row.getBoolean("standby")) {
                throw new SQLException("this Postgres is a standby that was not promoted", CANNOT_CONNECT_NOW);
            }
            saw(row.getBoolean("same") ? row.getLong("era") : takeOver(connection));
        } catch (SQLException e) {
            if (!UNDEFINED_TABLE.equals(e.getSQLState())) { // before the first migration there is nothing to lose
                throw e;
            }
        }
    }

    /**
     * The first control plane does it; the others wait for its row, and find it done. An era is the second in which it began: were
     * eras counted, two standbys that are promoted one after the other might both begin the same. Those of one second do not either,
     * if who greets the later one has heard of the other.
     */
    private long takeOver(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (var statement = connection.createStatement()) {
            int first = statement.executeUpdate("""
                    update database_lineage set incarnation = database_incarnation(),
                        era = greatest(era + 1, %d, extract(epoch from clock_timestamp() - timestamptz '2026-01-01 00:00Z')::bigint)
                    where incarnation <> database_incarnation()
                    """.formatted(era + 1));
            long era = era(statement);
            if (first == 1) {
                beginAt(era << ERA_BITS, statement);
            }
            connection.commit();
            if (first == 1) {
                log.atWarn()
                        .addKeyValue("era", era)
                        .log(
                                "Postgres is another one than before, promoted or restored: what was acknowledged last may be"
                                        + " missing; all agents join anew");
            }
            return era;
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static long era(Statement statement) throws SQLException {
        try (var row = statement.executeQuery("select era from database_lineage")) {
            row.next();
            return row.getLong(1);
        }
    }

    private static void beginAt(long number, Statement statement) throws SQLException {
        statement.executeUpdate("""
                update agent set epoch = greatest(epoch, %1$d) + 1, set_revision = greatest(set_revision, %1$d) + 1
                """.formatted(number));
        statement.executeUpdate("update replica_list set revision = greatest(revision, %d) + 1".formatted(number));
    }

    private synchronized void saw(long begun) {
        era = Math.max(era, begun);
    }
}
