package rivet.controlplane.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.micrometer.MicrometerMetricsTrackerFactory;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.jdbc.support.SQLExceptionSubclassTranslator;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionExecutionListener;

/**
 * Three pools: one for everything, a small one that only heartbeats use, and one for what actors remember. And one connection
 * that watches.
 */
@Configuration(proxyBeanMethods = false)
class DatabaseConfig {

    private static final String LOCK_TIMEOUT = "55P03";
    private static final String CONNECT_SECONDS = "2";

    @Bean
    Failovers failovers() {
        return new Failovers();
    }

    @Bean
    PostgresConnections postgresConnections(DatabaseSettings settings, Failovers failovers, LongSupplier monotonic) {
        return connections(bounds(settings), settings, failovers, monotonic);
    }

    /** Migrated before anyone gets it. */
    @Bean
    @Primary
    HikariDataSource dataSource(
            PostgresConnections connections,
            DatabaseSettings settings,
            LongSupplier monotonic,
            MeterRegistry registry) {
        var pool = pool(bounds(settings), connections, registry);
        try {
            new FirstContact(settings.startTimeout(), monotonic).speak(() -> {
                Durability.check(pool, settings);
                migrate(pool);
            });
        } catch (RuntimeException e) {
            pool.close();
            throw e;
        }
        return pool;
    }

    private static Bounds bounds(DatabaseSettings settings) {
        return bounds("rivet", settings.poolSize(), settings);
    }

    private static Bounds bounds(String name, int size, DatabaseSettings settings) {
        return new Bounds(name, size, settings.acquireTimeout(), settings.statementTimeout(), settings.lockTimeout());
    }

    @Bean
    @Heartbeats
    HikariDataSource heartbeatDataSource(
            DatabaseSettings settings, Failovers failovers, LongSupplier monotonic, MeterRegistry registry) {
        var timeout = settings.heartbeatTimeout();
        var bounds = new Bounds("heartbeats", settings.heartbeatPoolSize(), timeout, timeout, timeout);
        return pool(bounds, connections(bounds, settings, failovers, monotonic), registry);
    }

    @Bean
    PostgresWatch watch(
            PostgresConnections connections, DatabaseSettings settings, Failovers failovers, LongSupplier monotonic) {
        var patience = settings.patience();
        var bounds = new Bounds("watch", 1, patience, patience, patience);
        return new PostgresWatch(connections(bounds, settings, failovers, monotonic), connections).start();
    }

    @Bean
    @Stores
    HikariDataSource storeDataSource(
            PostgresConnections connections, DatabaseSettings settings, MeterRegistry registry) {
        return pool(bounds("stores", settings.storePoolSize(), settings), connections, registry);
    }

    @Bean
    @Primary
    JdbcClient jdbc(DataSource dataSource) {
        return client(dataSource);
    }

    @Bean
    @Heartbeats
    JdbcClient heartbeatJdbc(@Heartbeats DataSource dataSource) {
        return client(dataSource);
    }

    /** Spring does not know Postgres's lock timeout, and what it does not know is not tried again. */
    private static JdbcClient client(DataSource dataSource) {
        var translator = new SQLExceptionSubclassTranslator();
        translator.setCustomTranslator(
                (task, _, e) -> LOCK_TIMEOUT.equals(e.getSQLState()) ? new CannotAcquireLockException(task, e) : null);
        var template = new JdbcTemplate(dataSource);
        template.setExceptionTranslator(translator);
        return JdbcClient.create(template);
    }

    @Bean
    PlatformTransactionManager transactionManager(DataSource dataSource, List<TransactionExecutionListener> listeners) {
        var manager = new JdbcTransactionManager(dataSource);
        manager.setTransactionExecutionListeners(listeners);
        return manager;
    }

    private static void migrate(DataSource dataSource) {
        Flyway.configure()
                .dataSource(dataSource)
                .locations("classpath:db/migration")
                .load()
                .migrate();
    }

    /** @param acquire a connection @param statement the longest, which is also how long a transaction may idle */
    private record Bounds(String name, int size, Duration acquire, Duration statement, Duration lock) {}

    /** Connects at once, in the background. */
    private static HikariDataSource pool(Bounds bounds, PostgresConnections connections, MeterRegistry registry) {
        var pool = new HikariConfig();
        pool.setPoolName(bounds.name());
        pool.setMetricsTrackerFactory(new MicrometerMetricsTrackerFactory(registry));
        pool.setDataSource(connections);
        pool.setMaximumPoolSize(bounds.size());
        pool.setMinimumIdle(1); // one is enough to start with; the others come when they are needed
        pool.setConnectionTimeout(bounds.acquire().toMillis());
        pool.setValidationTimeout(bounds.acquire().dividedBy(2).toMillis());
        pool.setInitializationFailTimeout(-1); // who needs the database first says what is wrong with it
        return new HikariDataSource(pool);
    }

    private static PostgresConnections connections(
            Bounds bounds, DatabaseSettings settings, Failovers failovers, LongSupplier monotonic) {
        var properties = new Properties();
        properties.setProperty("user", settings.user());
        properties.setProperty("password", settings.password());
        properties.setProperty("ApplicationName", "rivet-control-plane/" + bounds.name());
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("connectTimeout", CONNECT_SECONDS);
        // A lost network must not hold a thread for ever: no statement is allowed to take as long as this.
        properties.setProperty(
                "socketTimeout", Long.toString(bounds.statement().plusSeconds(1).toSeconds()));
        properties.setProperty(
                "options",
                "-c statement_timeout=%d -c lock_timeout=%d -c idle_in_transaction_session_timeout=%d -c TimeZone=UTC"
                        .formatted(
                                bounds.statement().toMillis(),
                                bounds.lock().toMillis(),
                                bounds.statement().toMillis()));
        return new PostgresConnections(bounds.name(), settings.url(), properties, failovers, monotonic);
    }
}
