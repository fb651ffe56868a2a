package rivet.agent.warden;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RingFileTest {

    @TempDir
    Path folder;

    @Test
    void what_fits_is_kept_and_there_is_no_file_before_the_first_byte() throws Exception {
        try (var ring = new RingFile(folder.resolve("ring"), 8)) {
            assertThat(folder).isEmptyDirectory();

            ring.append("abc".getBytes(US_ASCII));
            ring.append("de".getBytes(US_ASCII));

            assertThat(all(ring)).isEqualTo("abcde");
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void the_oldest_is_overwritten_and_its_place_tells_how_much() throws Exception {
        try (var ring = new RingFile(folder.resolve("ring"), 8)) {
            ring.append("abcdefgh".getBytes(US_ASCII));
            ring.append("ijk".getBytes(US_ASCII));

            assertThat(ring.begin()).isEqualTo(3);
            assertThat(ring.end()).isEqualTo(11);
            assertThat(all(ring)).isEqualTo("defghijk");
            assertThat(Files.size(folder.resolve("ring"))).isEqualTo(8);
        }
    }

    @Test
    void more_at_once_than_it_holds_leaves_the_end_of_it() throws Exception {
        try (var ring = new RingFile(folder.resolve("ring"), 4)) {
            ring.append("ab".getBytes(US_ASCII));
            ring.append("0123456789".getBytes(US_ASCII));

            assertThat(ring.begin()).isEqualTo(8);
            assertThat(ring.end()).isEqualTo(12);
            assertThat(all(ring)).isEqualTo("6789");
        }
    }

    @Test
    void whatever_is_written_and_read_each_byte_is_either_read_or_counted() throws Exception {
        var random = new Random(7);
        var written = new ByteArrayOutputStream();
        long next = 0;
        try (var ring = new RingFile(folder.resolve("ring"), 64)) {
            for (int i = 0; i < 2_000; i++) {
                var bytes = new byte[random.nextInt(150)];
                random.nextBytes(bytes);
                written.writeBytes(bytes);
                ring.append(bytes);
                if (random.nextBoolean()) {
                    next = Math.max(next, ring.begin());
                    while (next < ring.end()) {
                        var read = ring.read(next, 1 + random.nextInt(40));
                        assertThat(read)
                                .isEqualTo(java.util.Arrays.copyOfRange(
                                        written.toByteArray(), (int) next, (int) next + read.length));
                        next += read.length;
                    }
                }
            }
            assertThat(ring.end()).isEqualTo(written.size());
        }
    }

    private static String all(RingFile ring) throws IOException {
        var text = new StringBuilder();
        for (long at = ring.begin(); at < ring.end(); ) {
            var bytes = ring.read(at, 3);
            text.append(new String(bytes, US_ASCII));
            at += bytes.length;
        }
        return text.toString();
    }
}
