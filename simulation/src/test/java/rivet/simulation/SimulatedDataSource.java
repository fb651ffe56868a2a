package rivet.simulation;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.AbstractDataSource;

/** The way of one replica to the database, on which everything that can go wrong does go wrong. */
final class SimulatedDataSource extends AbstractDataSource {

    private static final String LOST = "08006";
    private static final Pattern WRITES = Pattern.compile("\\b(insert into|delete from|update [a-z_]+ )");

    private final SimulatedDatabase database;
    private final Way way;

    SimulatedDataSource(SimulatedDatabase database, Way way) {
        this.database = database;
        this.way = way;
    }

    /** What the world does on the way. */
    interface Way {

        /** Where time passes, and where the way may be cut. */
        void connect() throws SQLException;

        /** Where time may pass as well. */
        void before(String sql);

        /** What time it is for the database, since the world began. */
        long databaseNanos();

        /** Of the transaction that is to be committed now, or the statement that is its own. */
        DatabaseFault fault();

        /** Kills the replica, and so does not return. */
        void die();

        /** Something was committed. */
        void committed();

        /** Whether there are queries that write; each is a transaction of its own unless it is part of one. */
        boolean queriesWrite();

        UnaryOperator<String> rewrite();
    }

    @Override
    public Connection getConnection() throws SQLException {
        way.connect();
        var session = database.take(way.databaseNanos());
        return proxy(Connection.class, new InTransaction(session));
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        return getConnection();
    }

    /** One use of a connection, from a pool's point of view. */
    private final class InTransaction implements InvocationHandler {

        private final SimulatedDatabase.Session session;
        private boolean writes;
        private boolean lost;
        private boolean closed;

        InTransaction(SimulatedDatabase.Session session) {
            this.session = session;
        }

        @Override
        public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
            return switch (method.getName()) {
                case "close" -> closed();
                case "isClosed" -> closed;
                case "commit" -> committed();
                case "rollback" -> lost ? null : call(session.connection, method, arguments);
                case "setAutoCommit", "setReadOnly" -> lost ? null : call(session.connection, method, arguments);
                case "prepareStatement" -> prepared(arguments);
                case "createStatement" -> {
                    session.at(way.databaseNanos());
                    session.tellTime();
                    yield call(session.connection, method, arguments);
                }
                default -> call(session.connection, method, arguments);
            };
        }

        private @Nullable Object closed() throws SQLException {
            if (!closed) {
                closed = true;
                database.give(session);
            }
            return null;
        }

        private @Nullable Object committed() throws SQLException {
            commit(session.connection::commit, session.connection::rollback);
            return null;
        }

        /** @param undo where that can still be done */
        private void commit(Step step, Step undo) throws SQLException {
            switch (way.fault()) {
                case NONE -> {
                    step.run();
                    tell();
                }
                case LOST_BEFORE_COMMIT -> {
                    undo.run();
                    throw lost();
                }
                case LOST_AFTER_COMMIT -> {
                    step.run();
                    tell();
                    throw lost();
                }
                case KILLED_BEFORE_COMMIT -> {
                    undo.run();
                    way.die();
                }
                case KILLED_AFTER_COMMIT -> {
                    step.run();
                    tell();
                    way.die();
                }
            }
        }

        private void tell() {
            if (writes) {
                way.committed();
            }
            writes = false;
        }

        private SQLException lost() {
            lost = true;
            return new SQLException("the connection was lost", LOST);
        }

        private Object prepared(Object @Nullable [] arguments) throws SQLException {
            var sql = arguments == null ? "" : String.valueOf(arguments[0]);
            way.before(sql);
            session.at(way.databaseNanos());
            var statement = session.prepare(way.rewrite().apply(sql));
            var writes = way.queriesWrite() && WRITES.matcher(sql).find();
            return proxy(PreparedStatement.class, new OfStatement(this, statement, writes));
        }
    }

    /** A statement outside of a transaction is one. */
    private static final class OfStatement implements InvocationHandler {

        private final InTransaction in;
        private final ClockedStatement clocked;
        private final PreparedStatement statement;
        private final boolean queryWrites;

        OfStatement(InTransaction in, ClockedStatement clocked, boolean queryWrites) {
            this.in = in;
            this.clocked = clocked;
            this.statement = clocked.statement();
            this.queryWrites = queryWrites;
        }

        @Override
        public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
            return switch (method.getName()) {
                case "executeUpdate" -> {
                    in.writes = true;
                    yield in.session.connection.getAutoCommit() ? alone() : statement.executeUpdate();
                }
                case "executeQuery" -> {
                    in.writes |= queryWrites;
                    yield queryWrites && in.session.connection.getAutoCommit()
                            ? queryAlone()
                            : statement.executeQuery();
                }
                default -> call(statement, method, clocked.shifted(method, arguments));
            };
        }

        private ResultSet queryAlone() throws SQLException {
            var rows = new ResultSet[1];
            in.commit(() -> rows[0] = statement.executeQuery(), () -> {});
            return rows[0];
        }

        private int alone() throws SQLException {
            var count = new int[1];
            in.commit(() -> count[0] = statement.executeUpdate(), () -> {});
            return count[0];
        }
    }

    private interface Step {
        void run() throws SQLException;
    }

    private static @Nullable Object call(Object target, Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(
                Proxy.newProxyInstance(SimulatedDataSource.class.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
