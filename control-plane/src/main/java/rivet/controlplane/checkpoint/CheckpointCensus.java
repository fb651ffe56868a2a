package rivet.controlplane.checkpoint;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.controlplane.metrics.Counted;

/** How much room checkpoints take. Postgres looks at sizes of files for it, and not at what is in them. */
@Component
final class CheckpointCensus implements Counted {

    private final JdbcClient jdbc;
    private final AtomicLong dirs;
    private final AtomicLong stores;

    CheckpointCensus(JdbcClient jdbc, MeterRegistry registry) {
        this.jdbc = jdbc;
        this.dirs = gauge(registry, "dir");
        this.stores = gauge(registry, "store");
    }

    private record Sizes(long dirs, long stores) {}

    @Override
    public void count() {
        var sizes = jdbc.sql("""
                select pg_total_relation_size('checkpoint_chunk') as dirs, pg_total_relation_size('kv_copy') as stores
                """).query(Sizes.class).single();
        dirs.set(sizes.dirs());
        stores.set(sizes.stores());
    }

    private static AtomicLong gauge(MeterRegistry registry, String part) {
        var bytes = new AtomicLong();
        Gauge.builder("rivet.checkpoints", bytes, AtomicLong::get)
                .description("On the disk of Postgres, with indexes and what can be used again.")
                .baseUnit("bytes")
                .tag("part", part)
                .register(registry);
        return bytes;
    }
}
