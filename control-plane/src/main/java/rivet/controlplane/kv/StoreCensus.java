package rivet.controlplane.kv;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.controlplane.metrics.Counted;

/** How much room stores take. Postgres looks at sizes of files for it, and not at what is in them. */
@Component
final class StoreCensus implements Counted {

    private final JdbcClient jdbc;
    private final AtomicLong bytes = new AtomicLong();

    StoreCensus(JdbcClient jdbc, MeterRegistry registry) {
        this.jdbc = jdbc;
        Gauge.builder("rivet.stores", bytes, AtomicLong::get)
                .description("On the disk of Postgres, with indexes and what can be used again.")
                .baseUnit("bytes")
                .register(registry);
    }

    @Override
    public void count() {
        bytes.set(jdbc.sql("select pg_total_relation_size('kv_entry') + pg_total_relation_size('kv_head')")
                .query(Long.class)
                .single());
    }
}
