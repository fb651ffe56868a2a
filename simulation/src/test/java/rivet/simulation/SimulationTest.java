package rivet.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The protocol holds in every world that is tried. {@code -Dsim.seed=N} tries one world, and with {@code -Dsim.trace=true} tells
 * its whole story; {@code -Dsim.seeds=N} tries so many.
 */
class SimulationTest {

    private static final long FIRST = Long.getLong("sim.first", 1);
    private static final long SEEDS = Long.getLong("sim.seeds", 300);
    private static final int AT_ONCE = Integer.getInteger("sim.threads", 2);

    @Test
    void protocol_holds_in_worlds_drawn_from_seeds() throws Exception {
        var one = Long.getLong("sim.seed");
        var seeds = one == null ? LongStream.range(FIRST, FIRST + SEEDS) : LongStream.of(one);

        assertThat(failures(seeds.boxed().toList())).isEmpty();
    }

    @Test
    void protocol_holds_in_worlds_in_which_it_once_did_not() throws Exception {
        assertThat(failures(kept())).isEmpty();
    }

    @Test
    void same_seed_is_the_same_story() throws Exception {
        try (var bench = Bench.open()) {
            var once = bench.run(7, Planted.NONE);
            bench.run(8, Planted.NONE);

            assertThat(bench.run(7, Planted.NONE).fingerprint()).isEqualTo(once.fingerprint());
        }
    }

    private static List<String> failures(List<Long> seeds) throws Exception {
        var next = new AtomicLong();
        Callable<List<String>> worker = () -> failuresOf(seeds, next);
        try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
            return threads
                    .invokeAll(Stream.generate(() -> worker)
                            .limit(Math.min(AT_ONCE, seeds.size()))
                            .toList())
                    .stream()
                    .flatMap(done -> done.resultNow().stream())
                    .toList();
        }
    }

    private static List<String> failuresOf(List<Long> seeds, AtomicLong next) throws SQLException, IOException {
        var tally = new Tally();
        try (var bench = Bench.open()) {
            for (long index = next.getAndIncrement(); index < seeds.size(); index = next.getAndIncrement()) {
                tally.add(seeds.get((int) index), bench.run(seeds.get((int) index), Planted.NONE));
            }
        }
        System.out.println(tally);
        return tally.failures();
    }

    /** Seeds whose worlds found a fault of ours, each with what it was. */
    private static List<Long> kept() {
        try (var lines = Files.lines(Path.of("src/test/resources/kept-seeds.txt"), StandardCharsets.UTF_8)) {
            return lines.filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> Long.parseLong(line.split(" ", 2)[0]))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
