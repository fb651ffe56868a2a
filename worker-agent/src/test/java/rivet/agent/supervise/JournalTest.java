package rivet.agent.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.protocol.ActorId;
import rivet.protocol.link.ActorReport.Phase.Down;
import rivet.protocol.link.DownReason;

class JournalTest {

    private static final Down DOWN = new Down(0, null, DownReason.EXITED, "exit code 0");

    @TempDir
    Path folder;

    private final ActorKey key = new ActorKey(ActorId.random(), 3);

    @Test
    void generation_is_started_once_even_across_a_restart() {
        try (var journal = Journal.open(folder)) {
            assertThat(journal.started(key)).isTrue();
            assertThat(journal.started(key)).isFalse();
        }
        try (var journal = Journal.open(folder)) {
            assertThat(journal.started(key)).isFalse();
            assertThat(journal.entries()).isEqualTo(Map.of(key, Optional.empty()));
        }
    }

    @Test
    void end_is_known_after_a_crash_and_forgotten_when_told() throws Exception {
        try (var journal = Journal.open(folder)) {
            journal.started(key);
            journal.ended(key, DOWN);

            // As a crash would leave it: read while the other still has it open.
            assertThat(Journal.open(copy()).entries()).isEqualTo(Map.of(key, Optional.of(DOWN)));

            journal.forgotten(key);
            assertThat(Journal.open(copy()).entries()).isEmpty();
        }
    }

    @Test
    void line_torn_by_a_crash_is_passed_over() throws Exception {
        try (var journal = Journal.open(folder)) {
            journal.started(key);
        }
        var file = folder.resolve("journal");
        var text = Files.readString(file, StandardCharsets.UTF_8);
        Files.writeString(file, text.substring(0, text.indexOf('\n') + 1) + "{\"type\":\"started\",\"act");

        try (var journal = Journal.open(folder)) {
            assertThat(journal.entries()).containsOnlyKeys(key);
            assertThat(journal.started(new ActorKey(key.actor(), 4))).isTrue();
        }
        try (var journal = Journal.open(folder)) {
            assertThat(journal.entries()).hasSize(2);
        }
    }

    @Test
    void full_file_is_replaced_by_what_still_counts() {
        try (var journal = new Journal(folder, 1_000)) {
            for (int generation = 0; generation < 200; generation++) {
                var passing = new ActorKey(key.actor(), generation);
                journal.started(passing);
                journal.ended(passing, DOWN);
                journal.forgotten(passing);
            }
            journal.started(key);
            journal.ready(key);
        }
        assertThat(folder.resolve("journal").toFile().length()).isLessThan(3_000);
        try (var journal = Journal.open(folder)) {
            assertThat(journal.entries()).isEqualTo(Map.of(key, Optional.empty()));
            assertThat(journal.isReady(key)).isTrue();
            assertThat(journal.isReady(new ActorKey(key.actor(), 4))).isFalse();
        }
    }

    private Path copy() throws IOException {
        var copy = Files.createTempDirectory(folder, "copy");
        Files.copy(folder.resolve("journal"), copy.resolve("journal"));
        return copy;
    }
}
