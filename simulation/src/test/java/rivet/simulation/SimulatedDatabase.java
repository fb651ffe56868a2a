package rivet.simulation;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayDeque;
import java.util.Properties;
import java.util.Set;

/**
 * A real Postgres whose clock is the simulation's. Where a statement asks for {@code clock_timestamp()} it is given the time as a
 * parameter; where a column's default does, a function of the same name in a schema of the simulation's own tells what the
 * session was told. Production has nothing of this.
 */
final class SimulatedDatabase implements AutoCloseable {

    private static final OffsetDateTime BEGIN = OffsetDateTime.parse("2026-01-01T00:00:00Z");

    private final String url;
    private final String user;
    private final String password;
    private final ArrayDeque<Session> idle = new ArrayDeque<>();
    private final Connection own;

    SimulatedDatabase(String url, String user, String password) throws SQLException {
        this.url = url;
        this.user = user;
        this.password = password;
        this.own = connect();
    }

    /** A connection and what time it believes in. */
    static final class Session {

        private static final Set<String> DEFAULTED =
                Set.of("insert into agent ", "insert into agent(", "insert into replica ");

        final Connection connection;
        private final PreparedStatement clock;
        private OffsetDateTime now = BEGIN;

        private Session(Connection connection) throws SQLException {
            this.connection = connection;
            this.clock = connection.prepareStatement("select set_config('sim.now', ?, false)");
        }

        /** @param nanos what time it is for the database, since the world began */
        void at(long nanos) {
            now = BEGIN.plusNanos(nanos);
        }

        /** To what asks for it otherwise than in a statement that is prepared. */
        void tellTime() throws SQLException {
            clock.setString(1, now.toString());
            clock.executeQuery().close();
        }

        /** @param sql with the time in it as a parameter, where it asks for it */
        ClockedStatement prepare(String sql) throws SQLException {
            if (DEFAULTED.stream().anyMatch(sql::contains)) {
                tellTime();
            }
            return ClockedStatement.of(connection, sql, now);
        }
    }

    /** One that nobody uses. @param nanos what time it is for the database, since the world began */
    Session take(long nanos) throws SQLException {
        var session = idle.poll();
        if (session == null) {
            session = new Session(connect());
        }
        session.at(nanos);
        return session;
    }

    void give(Session session) throws SQLException {
        if (!session.connection.getAutoCommit()) {
            session.connection.rollback();
            session.connection.setAutoCommit(true);
        }
        idle.push(session);
    }

    /** For looking at what there is. */
    Connection own() {
        return own;
    }

    /** In milliseconds since 1970. @param nanos what time it is for the database, since the world began */
    static long epochMs(long nanos) {
        return BEGIN.plusNanos(nanos).toInstant().toEpochMilli();
    }

    /** As it was before the first actor. */
    void empty() throws SQLException {
        try (var statement = own.createStatement()) {
            statement.execute(
                    "delete from idempotency_key; delete from kv_entry; delete from kv_head; delete from actor; delete from agent; "
                            + "delete from replica; update replica_list set revision = 0");
        }
    }

    /** Old versions of rows cost time, and a simulation makes many of few rows. */
    void vacuum() throws SQLException {
        try (var statement = own.createStatement()) {
            for (var table : new String[] {
                "agent",
                "actor",
                "actor_event",
                "actor_run",
                "idempotency_key",
                "replica",
                "replica_list",
                "actor_fence",
                "actor_alarm",
                "kv_head",
                "kv_entry"
            }) {
                statement.execute("vacuum analyze " + table);
            }
        }
    }

    /** Makes a migrated database follow the simulation's clock, defaults of columns included. */
    static void prepare(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("""
                    set sim.now = '2026-01-01T00:00:00Z';
                    create schema sim;
                    create function sim.clock_timestamp() returns timestamptz language sql volatile
                        as $$ select current_setting('sim.now')::timestamptz $$;
                    do $$
                    declare d record;
                    begin
                        for d in select c.relname, a.attname from pg_attrdef x
                            join pg_class c on c.oid = x.adrelid
                            join pg_attribute a on a.attrelid = x.adrelid and a.attnum = x.adnum
                            where pg_get_expr(x.adbin, x.adrelid) like '%clock_timestamp()'
                        loop
                            execute format('alter table %I alter column %I set default sim.clock_timestamp()',
                                d.relname, d.attname);
                        end loop;
                    end $$;
                    insert into build (id, environment_id, name, kind, compression, size_bytes, part_bytes, state, sha256)
                    select '00000000-0000-4000-8000-000000000001', id, 'simulated', 'executable', 'none', 1, 1, 'ready', ''
                    from environment;
                    """);
        }
    }

    private Connection connect() throws SQLException {
        var properties = new Properties();
        properties.put("user", user);
        properties.put("password", password);
        properties.put("prepareThreshold", "1");
        properties.put(
                "options",
                "-c search_path=sim,pg_catalog,public -c lock_timeout=1s -c TimeZone=UTC"
                        + " -c sim.now=2026-01-01T00:00:00Z");
        return DriverManager.getConnection(url, properties);
    }

    @Override
    public void close() throws SQLException {
        own.close();
        for (var session : idle) {
            session.connection.close();
        }
    }
}
