package rivet.controlplane;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One server per JVM: the one that {@code RIVET_TEST_POSTGRES_URL} names ({@code jdbc:postgresql://host:port/db?user=…}), or
 * else an embedded one, which needs no container engine. One database per class, copied from a template that is migrated once.
 */
final class PostgresExtension implements BeforeAllCallback, AfterAllCallback, ParameterResolver {

    private static final ExtensionContext.Namespace OURS = ExtensionContext.Namespace.create(PostgresExtension.class);
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final String RUN = "rivet_test_" + ProcessHandle.current().pid();

    private static @Nullable TestDatabase server;

    @Override
    public void beforeAll(ExtensionContext context) {
        var server = server();
        var name = RUN + "_" + NUMBER.incrementAndGet();
        server.jdbc()
                .sql("create database %s template %s".formatted(name, template()))
                .update();
        // Nothing of ours may depend on where the server thinks it is.
        server.jdbc()
                .sql("alter database %s set timezone to 'Asia/Kathmandu'".formatted(name))
                .update();
        context.getStore(OURS).put("database", named(server, name));
    }

    @Override
    public void afterAll(ExtensionContext context) {
        var database = context.getStore(OURS).get("database", TestDatabase.class);
        if (database != null) {
            var name = database.url().replaceAll(".*/([^/?]+).*", "$1");
            server().jdbc().sql("drop database %s with (force)".formatted(name)).update();
        }
    }

    /** The database of the test class. */
    static TestDatabase database(ExtensionContext context) {
        var database = context.getStore(OURS).get("database", TestDatabase.class);
        if (database == null) {
            throw new IllegalStateException("the test class has no database yet");
        }
        return database;
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == TestDatabase.class;
    }

    @Override
    public @Nullable Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getStore(OURS).get("database", TestDatabase.class);
    }

    private static String template() {
        return RUN + "_template";
    }

    private static synchronized TestDatabase server() {
        var started = server;
        if (started == null) {
            var url = System.getenv("RIVET_TEST_POSTGRES_URL");
            started = url == null ? embedded() : new TestDatabase(url, "", "");
            prepareTemplate(started);
            server = started;
        }
        return started;
    }

    /** Ends with the JVM: it registers its own hook. */
    private static TestDatabase embedded() {
        try {
            var postgres = EmbeddedPostgres.builder().start();
            return new TestDatabase(postgres.getJdbcUrl("postgres", "postgres"), "postgres", "postgres");
        } catch (IOException e) {
            throw new UncheckedIOException("the embedded Postgres did not start", e);
        }
    }

    private static void prepareTemplate(TestDatabase server) {
        server.jdbc().sql("drop database if exists " + template()).update();
        server.jdbc().sql("create database " + template()).update();
        var template = named(server, template());
        Flyway.configure()
                .dataSource(template.url(), template.user(), template.password())
                .load()
                .migrate();
    }

    private static TestDatabase named(TestDatabase server, String name) {
        var url = server.url().replaceFirst("(jdbc:postgresql://[^/]+/)[^?]+", "$1" + name);
        return new TestDatabase(url, server.user(), server.password());
    }
}
