package rivet.agent.dir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rivet.agent.bundle.Download;
import rivet.protocol.ActorId;
import rivet.protocol.link.DirOpened;

/** Two agents' disks; the control plane between them is played, for one actor. */
@Timeout(60)
class ActorDirsTest {

    private static final long QUOTA = 1 << 20;
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private final ActorId actor = ActorId.random();
    private final Kept kept = new Kept();

    /** What was known of a directory each time that it was on the disk. */
    private final List<Optional<DirState>> onDisk = new ArrayList<>();

    @AutoClose
    private ActorDirs here;

    @AutoClose
    private ActorDirs there;

    @BeforeEach
    void begin() {
        here = agent("here");
        there = agent("there");
    }

    @Test
    void what_a_process_leaves_is_there_wherever_the_next_one_starts() throws Exception {
        try (var dir = here.open(actor, 1, QUOTA)) {
            assertThat(dir.path()).isEmptyDirectory();
            Files.createDirectories(dir.path().resolve("deep/er"));
            Files.writeString(dir.path().resolve("deep/er/ü.txt"), "text");
            Files.writeString(dir.path().resolve("run.sh"), "run");
            Files.setPosixFilePermissions(dir.path().resolve("run.sh"), PosixFilePermissions.fromString("rwx------"));
            Files.createSymbolicLink(dir.path().resolve("short"), Path.of("deep/er"));
            Files.createSymbolicLink(dir.path().resolve("out"), Path.of("/etc"));
            Files.createSymbolicLink(dir.path().resolve("up"), Path.of("../state"));
            assertThat(dir.keep()).isEmpty();
        }

        try (var dir = there.open(actor, 2, QUOTA)) {
            assertThat(dir.path().resolve("short/ü.txt")).hasContent("text");
            assertThat(dir.path().resolve("run.sh")).isExecutable();
            assertThat(dir.path().resolve("out")).doesNotExist();
            assertThat(dir.path().resolve("up")).doesNotExist();
        }
    }

    @Test
    void the_next_start_on_the_same_agent_needs_no_checkpoint() throws Exception {
        try (var dir = here.open(actor, 1, QUOTA)) {
            Files.writeString(dir.path().resolve("a"), "1");
        }

        try (var dir = here.open(actor, 2, QUOTA)) {
            assertThat(dir.path().resolve("a")).hasContent("1");
        }
        assertThat(kept.checkpoints).isEmpty();
    }

    @Test
    void what_was_started_elsewhere_meanwhile_is_the_truth() throws Exception {
        write(here, 1, "of generation 1");
        write(there, 2, "of generation 2");

        try (var dir = here.open(actor, 3, QUOTA)) {
            assertThat(dir.path().resolve("a")).hasContent("of generation 2");
        }
    }

    @Test
    void a_checkpoint_is_what_is_left_where_an_agent_is_lost() throws Exception {
        try (var dir = here.open(actor, 1, QUOTA)) {
            Files.writeString(dir.path().resolve("a"), "1");
            assertThat(dir.checkpoint(LONG)).isEqualTo(1);
            Files.writeString(dir.path().resolve("a"), "2");

            try (var after = there.open(actor, 2, QUOTA)) {
                assertThat(after.path().resolve("a")).hasContent("1");
            }

            // It is not the newest any more, and so nothing of it is kept, and nothing stays.
            assertThatThrownBy(() -> dir.checkpoint(LONG))
                    .isInstanceOfSatisfying(
                            DirRefused.class, e -> assertThat(e.kind()).isEqualTo(DirRefused.Kind.STALE));
            assertThat(dir.keep()).isEmpty();
            assertThat(dir.path()).doesNotExist();
        }
        assertThat(kept.checkpoints).hasSize(1);
    }

    @Test
    void more_than_the_quota_is_refused_when_asked_for_but_kept_when_it_stops() throws Exception {
        try (var dir = here.open(actor, 1, QUOTA)) {
            Files.write(dir.path().resolve("a"), new byte[(int) QUOTA + 1]);
            assertThatThrownBy(() -> dir.checkpoint(LONG))
                    .hasMessageContaining("1048577 bytes (expected: at most 1048576)")
                    .isInstanceOfSatisfying(
                            DirRefused.class, e -> assertThat(e.kind()).isEqualTo(DirRefused.Kind.TOO_LARGE));
            dir.lookAtQuota();
            dir.lookAtQuota();
            assertThat(kept.overQuota).containsExactly(QUOTA + 1);

            assertThat(dir.keep()).isEmpty();
            Files.write(dir.path().resolve("a"), new byte[2 * (int) QUOTA + 1]);
            assertThat(dir.keep()).hasValueSatisfying(why -> assertThat(why).contains("at most 2097152"));
            assertThat(dir.path().resolve("a")).exists();
        }
    }

    @Test
    void a_checkpoint_that_waits_for_another_has_no_more_time_than_it_was_given() throws Exception {
        try (var dir = here.open(actor, 1, QUOTA)) {
            var gate = kept.shut();
            var first = asked(dir);
            kept.arrived.acquire();

            assertThatThrownBy(() -> dir.checkpoint(Duration.ofMillis(1)))
                    .isInstanceOfSatisfying(
                            DirRefused.class, e -> assertThat(e.kind()).isEqualTo(DirRefused.Kind.UNAVAILABLE));
            assertThat(dir.keep(Duration.ofMillis(1))).isPresent();

            gate.countDown();
            assertThat(first).succeedsWithin(LONG).isEqualTo(1L);
            assertThat(kept.arrived.availablePermits()).isZero();
        }
    }

    @Test
    void nothing_is_packed_for_which_no_time_is_left() throws Exception {
        try (var dir = here.open(actor, 1, QUOTA)) {
            assertThatThrownBy(() -> dir.checkpoint(Duration.ZERO)).isInstanceOf(DirRefused.class);

            assertThat(kept.checkpoints).isEmpty();
        }
    }

    @Test
    void what_a_process_asked_for_and_was_not_begun_when_it_ended_delays_nothing() throws Exception {
        try (var dir = here.open(actor, 1, QUOTA)) {
            var gate = kept.shut();
            var first = asked(dir);
            kept.arrived.acquire();
            var second = asked(dir);
            var end = new CompletableFuture<Optional<String>>();
            var keeping = Thread.startVirtualThread(() -> end.complete(dir.keep(LONG)));
            await().atMost(LONG).until(() -> keeping.getState() == Thread.State.TIMED_WAITING);

            gate.countDown();

            assertThat(first).succeedsWithin(LONG).isEqualTo(1L);
            assertThat(end).succeedsWithin(LONG).isEqualTo(Optional.empty());
            assertThat(second).failsWithin(LONG);
            assertThat(kept.checkpoints).hasSize(2);
        }
    }

    private static CompletableFuture<Long> asked(Dir dir) {
        var answer = new CompletableFuture<Long>();
        Thread.startVirtualThread(() -> {
            try {
                answer.complete(dir.checkpoint(LONG));
            } catch (DirRefused | InterruptedException e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }

    @Test
    void a_checkpoint_is_of_one_moment_while_it_is_written_to() throws Exception {
        try (var dir = here.open(actor, 1, 32 * QUOTA)) {
            var content = new byte[16 << 20];
            new Random(1).nextBytes(content);
            Files.write(dir.path().resolve("big"), content);
            replace(dir.path(), "first", 0);
            replace(dir.path(), "second", 0);
            var writing = new AtomicBoolean(true);
            var writer = Thread.ofPlatform().start(() -> {
                for (int n = 1; writing.get(); n++) {
                    replace(dir.path(), "first", n);
                    replace(dir.path(), "second", n);
                    LockSupport.parkNanos(2 * Dir.TICK.toNanos());
                }
            });
            try {
                // A writer that had to wait for a processor may leave it alone for long enough.
                await().atMost(Duration.ofSeconds(30)).until(() -> isBusy(dir));
            } finally {
                writing.set(false);
                writer.join();
            }

            assertThat(dir.checkpoint(LONG)).isEqualTo(kept.checkpoints.size());
        }
        assertThat(kept.checkpoints).allSatisfy(this::isOfOneMoment);
    }

    private static void replace(Path folder, String name, int number) {
        try {
            Files.writeString(folder.resolve("fresh"), String.format("%010d", number));
            Files.move(folder.resolve("fresh"), folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isBusy(Dir dir) throws InterruptedException {
        try {
            dir.checkpoint(LONG);
            return false;
        } catch (DirRefused e) {
            assertThat(e.kind()).isEqualTo(DirRefused.Kind.BUSY);
            return true;
        }
    }

    private void isOfOneMoment(byte[] checkpoint) throws IOException {
        var packed = Files.write(Files.createTempFile(folder, "checkpoint", ""), checkpoint);
        var content = Files.createTempDirectory(folder, "content");
        Pack.unpack(packed, 32 * QUOTA, content);
        int second = Integer.parseInt(Files.readString(content.resolve("second")));
        assertThat(Integer.parseInt(Files.readString(content.resolve("first")))).isBetween(second, second + 1);
    }

    @Test
    void bytes_that_are_not_those_of_the_checkpoint_start_nothing() throws Exception {
        write(here, 1, "text");
        kept.checkpoints.getFirst()[20] ^= 1;

        assertThatThrownBy(() -> there.open(actor, 2, QUOTA)).hasMessageContaining("SHA-256");

        kept.checkpoints.getFirst()[20] ^= 1;
        try (var dir = there.open(actor, 3, QUOTA)) {
            assertThat(dir.path().resolve("a")).hasContent("text");
        }
    }

    @Test
    void checkpoint_that_stops_coming_is_fetched_again() throws Exception {
        write(here, 1, "text");
        kept.silent.set(1);

        try (var dir = there.open(actor, 2, QUOTA)) {
            assertThat(dir.path().resolve("a")).hasContent("text");
        }
        assertThat(kept.silent).hasValue(0);
    }

    /** Or after a loss of power an empty file would be taken for what the actor left, although the checkpoint has it. */
    @Test
    void what_is_said_to_be_here_is_on_the_disk() throws Exception {
        write(here, 1, "text");
        assertThat(onDisk).containsExactly(Optional.of(new DirState(1, QUOTA, false)));

        there.open(actor, 2, QUOTA).close();

        assertThat(onDisk).hasSize(2).last().isEqualTo(Optional.empty());
    }

    @Test
    void nothing_is_left_of_what_is_not_needed() throws Exception {
        try (var dir = here.open(actor, 1, QUOTA)) {
            Files.writeString(dir.path().resolve("a"), "1");

            dir.discard();
        }
        assertThat(folder.resolve("here")).isEmptyDirectory();
    }

    @Test
    void without_a_directory_a_checkpoint_is_of_the_store_and_asked_for_again_by_the_same_name() throws Exception {
        kept.open(actor, 1, 0);

        assertThat(here.checkpointStore(actor, 1, LONG)).isEqualTo(1);

        assertThat(kept.stores).hasSize(1);
        kept.open(actor, 2, 0);
        assertThatThrownBy(() -> here.checkpointStore(actor, 1, LONG))
                .isInstanceOfSatisfying(
                        DirRefused.class, e -> assertThat(e.kind()).isEqualTo(DirRefused.Kind.STALE));
    }

    private ActorDirs agent(String name) {
        return new ActorDirs(
                folder.resolve(name),
                kept,
                new CompositeMeterRegistry(),
                new Download(Duration.ofMillis(100), 1),
                home -> onDisk.add(DirState.read(home)));
    }

    private void write(ActorDirs agent, long generation, String text) throws Exception {
        try (var dir = agent.open(actor, generation, QUOTA)) {
            Files.writeString(dir.path().resolve("a"), text);
            assertThat(dir.keep()).isEmpty();
        }
    }

    private static final class Kept implements ActorDirs.Remote {

        final List<byte[]> checkpoints = new ArrayList<>();
        final List<Long> overQuota = new ArrayList<>();
        final Set<UUID> stores = new HashSet<>();
        final AtomicInteger silent = new AtomicInteger();
        final Semaphore arrived = new Semaphore(0);
        private volatile CountDownLatch gate = new CountDownLatch(0);
        private long opened;
        private String digest = "";

        /** Holds up all that is to be taken until it is opened. */
        CountDownLatch shut() {
            gate = new CountDownLatch(1);
            return gate;
        }

        @Override
        public DirOpened open(ActorId actor, long generation, long held) {
            boolean keep = opened != 0 && held == opened;
            opened = generation;
            return new DirOpened(
                    keep,
                    keep || checkpoints.isEmpty()
                            ? null
                            : new DirOpened.Checkpoint(checkpoints.size(), checkpoints.getLast().length, digest));
        }

        @Override
        public long take(ActorDirs.Upload upload, Duration atMost)
                throws IOException, DirRefused, InterruptedException {
            arrived.release();
            gate.await();
            if (upload.generation() != opened) {
                throw new DirRefused(DirRefused.Kind.STALE, "a newer one");
            }
            checkpoints.add(Files.readAllBytes(upload.file()));
            digest = upload.sha256();
            return checkpoints.size();
        }

        @Override
        public long takeStore(UUID id, ActorId of, long generation, Duration atMost) throws IOException, DirRefused {
            if (stores.add(id)) {
                throw new IOException("the answer is lost");
            }
            if (generation != opened) {
                throw new DirRefused(DirRefused.Kind.STALE, "a newer one");
            }
            return stores.size();
        }

        @Override
        public InputStream download(ActorId actor, long number) {
            if (silent.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                return new Silence();
            }
            return new ByteArrayInputStream(checkpoints.get((int) number - 1));
        }

        @Override
        public void overQuota(ActorId actor, long generation, long bytes, long quotaBytes) {
            overQuota.add(bytes);
        }
    }

    /** The other end is gone, and nobody says so. */
    private static final class Silence extends InputStream {

        private final CountDownLatch closed = new CountDownLatch(1);

        @Override
        public int read() throws IOException {
            try {
                closed.await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            throw new IOException("closed");
        }

        @Override
        public int read(byte[] into, int from, int many) throws IOException {
            return read();
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }
}
