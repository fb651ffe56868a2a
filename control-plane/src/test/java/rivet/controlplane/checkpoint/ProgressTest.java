package rivet.controlplane.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import rivet.controlplane.database.Chunks;

class ProgressTest {

    private static final int LENGTH = 2 * Chunks.BYTES + 3;

    private final List<byte[]> stored = new ArrayList<>();
    private final List<Long> told = new ArrayList<>();

    @Test
    void what_takes_long_is_told_with_what_has_come_of_it() throws IOException {
        var progress = progress(Duration.ZERO);

        Chunks.store(progress, new ByteArrayInputStream(new byte[LENGTH]), LENGTH);

        assertThat(told).containsExactly((long) Chunks.BYTES, 2L * Chunks.BYTES, (long) LENGTH);
        assertThat(stored).hasSize(3);
    }

    @Test
    void what_does_not_is_not() throws IOException {
        Chunks.store(progress(Duration.ofDays(1)), new ByteArrayInputStream(new byte[LENGTH]), LENGTH);

        assertThat(told).isEmpty();
        assertThat(stored).hasSize(3);
    }

    private Progress progress(Duration every) {
        return new Progress(stored::add, every, told::add);
    }
}
