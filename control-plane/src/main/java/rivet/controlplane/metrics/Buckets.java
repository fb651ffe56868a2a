package rivet.controlplane.metrics;

import java.time.Duration;
import java.util.stream.LongStream;

/** Upper bounds of histograms: few, because each is a time series for each combination of labels. */
public final class Buckets {

    private static final Duration[] QUICK = LongStream.of(
                    1_000,
                    2_500,
                    5_000,
                    10_000,
                    25_000,
                    50_000,
                    100_000,
                    250_000,
                    500_000,
                    1_000_000,
                    2_500_000,
                    5_000_000,
                    10_000_000,
                    30_000_000)
            .mapToObj(micros -> Duration.ofNanos(micros * 1_000))
            .toArray(Duration[]::new);

    private Buckets() {}

    /** For what should take milliseconds: 1 ms to 30 s. */
    public static Duration[] quick() {
        return QUICK.clone();
    }
}
