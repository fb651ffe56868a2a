package rivet.controlplane.database;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.micrometer.MicrometerMetricsTrackerFactory;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
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

/** Three pools: one for everything, a small one that only heartbeats use, and one for what actors remember. */
@Configuration(proxyBeanMethods = false)
class DatabaseConfig {

    private static final String LOCK_TIMEOUT = "55P03";
    private static final int MIGRATION_CONNECT_RETRIES = 10;

    /** Migrated before anyone gets it. */
    @Bean
    @Primary
    HikariDataSource dataSource(DatabaseSettings settings, MeterRegistry registry) {
        var pool = pool("rivet", settings.poolSize(), settings, registry);
        try {
            migrate(pool);
        } catch (RuntimeException e) {
            pool.close();
            throw e;
        }
        return pool;
    }

    @Bean
    @Heartbeats
    HikariDataSource heartbeatDataSource(DatabaseSettings settings, MeterRegistry registry) {
        return pool("heartbeats", settings.heartbeatPoolSize(), settings, registry);
    }

    @Bean
    @Stores
    HikariDataSource storeDataSource(DatabaseSettings settings, MeterRegistry registry) {
        return pool("stores", settings.storePoolSize(), settings, registry);
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
                .connectRetries(MIGRATION_CONNECT_RETRIES)
                .load()
                .migrate();
    }

    private static HikariDataSource pool(String name, int size, DatabaseSettings settings, MeterRegistry registry) {
        var pool = new HikariDataSource();
        pool.setPoolName(name);
        pool.setMetricsTrackerFactory(new MicrometerMetricsTrackerFactory(registry));
        pool.setJdbcUrl(settings.url());
        pool.setUsername(settings.user());
        pool.setPassword(settings.password());
        pool.setMaximumPoolSize(size);
        pool.setMinimumIdle(1); // one is enough to start with; the others come when they are needed
        pool.setConnectionTimeout(settings.acquireTimeout().toMillis());
        pool.setInitializationFailTimeout(-1); // who needs the database first says what is wrong with it
        pool.addDataSourceProperty("ApplicationName", "rivet-control-plane/" + name);
        pool.addDataSourceProperty("tcpKeepAlive", "true");
        // A lost network must not hold a thread for ever: no statement is allowed to take as long as this.
        pool.addDataSourceProperty(
                "socketTimeout", settings.statementTimeout().plusSeconds(5).toSeconds());
        pool.addDataSourceProperty(
                "options",
                "-c statement_timeout=%d -c lock_timeout=%d -c idle_in_transaction_session_timeout=%d -c TimeZone=UTC"
                        .formatted(
                                settings.statementTimeout().toMillis(),
                                settings.lockTimeout().toMillis(),
                                settings.statementTimeout().toMillis()));
        return pool;
    }
}
