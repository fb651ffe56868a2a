package rivet.agent.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rivet.protocol.ActorId;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvAnswer;
import rivet.protocol.kv.KvAnswer.Code;
import rivet.protocol.kv.KvBatch;
import rivet.protocol.kv.KvRequest;
import rivet.protocol.kv.KvWire;

/** Over real sockets; the control plane is played. */
@Timeout(60)
class ActorStoresTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final ActorStores.Checkpoint NO_DIR = _ -> 0;
    private static final byte[] CHECKPOINT = {18};
    private static final KvRequest GET = new KvRequest.Get(List.of(bytes("k")));

    @TempDir
    Path folder;

    private final ScriptedControlPlane controlPlane = new ScriptedControlPlane();

    @AutoClose
    private final ActorStores stores = new ActorStores(controlPlane, () -> true, new CompositeMeterRegistry());

    @Test
    void writes_that_come_while_one_is_under_way_go_together_in_order() throws Exception {
        try (var store = open("a");
                var actor = new Actor(store.socket())) {
            var gate = controlPlane.shut();
            actor.ask(1, put(1));
            await().atMost(SOON).until(() -> controlPlane.roundTrips().size() == 1);
            for (int i = 2; i <= 40; i++) {
                actor.ask(i, put(1));
            }
            actor.ask(41, GET);
            gate.countDown();

            var answers = actor.answers(41);

            assertThat(answers.keySet()).containsExactlyInAnyOrderElementsOf(numbers(1, 41));
            assertThat(answers.get(1)).isEqualTo(new KvAnswer.Written(1, List.of()));
            assertThat(answers.get(40)).isInstanceOf(KvAnswer.Written.class);
            assertThat(answers.get(41)).isInstanceOf(KvAnswer.Found.class);
            assertThat(batches().stream().map(KvBatch::number)).isSorted().doesNotHaveDuplicates();
            assertThat(batches()).hasSizeLessThan(40);
        }
    }

    @Test
    void one_that_says_that_it_is_ready_or_wants_to_sleep_is_heard_and_answered() throws Exception {
        try (var store = open("a");
                var actor = new Actor(store.socket())) {
            assertThat(store.ready()).isNotDone();

            actor.ask(7, new byte[] {16});

            assertThat(actor.next()).containsExactly(0, 0, 0, 7, 0);
            assertThat(store.ready()).isCompleted();
            assertThat(store.sleep()).isNotDone();

            actor.ask(8, new byte[] {17});

            assertThat(actor.next()).containsExactly(0, 0, 0, 8, 0);
            assertThat(store.sleep()).isCompleted();
        }
    }

    @Test
    void of_many_checkpoints_that_are_asked_for_at_once_one_is_taken_and_then_one_for_all_that_came_meanwhile()
            throws Exception {
        var begun = new AtomicInteger();
        var gate = new CountDownLatch(1);
        var store = stores.open(ActorId.random(), 1, folder.resolve("asked"), _ -> {
            int number = begun.incrementAndGet();
            gate.await();
            return number;
        });
        try (store;
                var actor = new Actor(store.socket())) {
            actor.ask(1, CHECKPOINT);
            await().atMost(SOON).until(() -> begun.get() == 1);
            int refusals = 30;
            for (int i = 0; i < AskedCheckpoints.MOST_WAITING + refusals; i++) {
                actor.ask(2 + i, CHECKPOINT);
            }
            var refused = actor.answers(refusals);
            assertThat(codes(refused)).containsOnly(Code.UNAVAILABLE);
            assertThat(begun).hasValue(1);

            gate.countDown();

            assertThat(actor.next()).containsExactly(0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1);
            for (int i = 0; i < AskedCheckpoints.MOST_WAITING; i++) {
                assertThat(actor.next()).endsWith(0, 0, 0, 0, 0, 0, 0, 0, 2);
            }
            assertThat(begun).hasValue(2);
        }
    }

    @Test
    void checkpoint_that_is_under_way_when_the_store_is_closed_is_given_up() throws Exception {
        var begun = new CountDownLatch(1);
        var givenUp = new CompletableFuture<Void>();
        var store = stores.open(ActorId.random(), 1, folder.resolve("closed"), _ -> {
            begun.countDown();
            try {
                Thread.sleep(SOON);
            } catch (InterruptedException e) {
                givenUp.complete(null);
                throw e;
            }
            return 1;
        });
        try (var actor = new Actor(store.socket())) {
            actor.ask(1, CHECKPOINT);
            begun.await();

            store.close();

            assertThat(givenUp).succeedsWithin(SOON.dividedBy(2));
        }
    }

    @Test
    void one_that_hears_of_an_alarm_is_at_it_until_it_says_that_it_is_not() throws Exception {
        var id = UUID.randomUUID();
        try (var store = open("a");
                var actor = new Actor(store.socket())) {
            controlPlane.nextAlarm = new KvAnswer.Fired("a", id, 1, 2, 3, 4, Bytes.EMPTY);
            assertThat(store.handlesAlarm()).isFalse();

            actor.ask(1, new KvRequest.NextAlarm());
            assertThat(actor.answers(1)).containsEntry(1, controlPlane.nextAlarm);
            assertThat(store.handlesAlarm()).isTrue();

            actor.ask(2, new KvRequest.AlarmWrite.Failed("a", id));
            assertThat(actor.answers(1)).containsEntry(2, new KvAnswer.Written(1, List.of()));
            assertThat(store.handlesAlarm()).isFalse();

            actor.ask(3, new KvRequest.NextAlarm());
            actor.answers(1);
            assertThat(store.handlesAlarm()).isTrue();
            controlPlane.nextAlarm = new KvAnswer.NotDue(7);
            actor.ask(4, new KvRequest.NextAlarm());
            actor.answers(1);
            assertThat(store.handlesAlarm()).isFalse();
        }
    }

    @Test
    void writes_of_many_actors_share_round_trips() throws Exception {
        var opened = new ArrayList<ActorStores.Store>();
        var actors = new ArrayList<Actor>();
        var gate = controlPlane.shut();
        for (int i = 0; i < 30; i++) {
            opened.add(open("many-" + i));
            actors.add(new Actor(opened.getLast().socket()));
            actors.getLast().ask(1, put(1));
        }
        await().atMost(SOON).until(() -> controlPlane.roundTrips().size() == 2);
        gate.countDown();

        for (var actor : actors) {
            assertThat(actor.answers(1)).containsEntry(1, new KvAnswer.Written(1, List.of()));
            actor.close();
        }

        assertThat(batches()).hasSize(30);
        assertThat(controlPlane.roundTrips()).hasSizeLessThan(30);
        opened.forEach(ActorStores.Store::close);
    }

    @Test
    void what_failed_is_asked_again_under_the_same_number() throws Exception {
        try (var store = open("again");
                var actor = new Actor(store.socket())) {
            controlPlane.failures.set(3);
            actor.ask(1, put(1));
            assertThat(actor.answers(1)).containsEntry(1, new KvAnswer.Written(1, List.of()));

            actor.ask(2, put(1));
            assertThat(actor.answers(1)).containsEntry(2, new KvAnswer.Written(2, List.of()));

            assertThat(batches().stream().map(KvBatch::number)).containsExactly(1L, 1L, 1L, 1L, 2L);
        }
    }

    /** So that a store which has lost it is found out. */
    @Test
    void what_comes_after_a_write_that_was_answered_says_so() throws Exception {
        try (var store = open("confirmed");
                var actor = new Actor(store.socket())) {
            for (int number = 1; number <= 2; number++) {
                actor.ask(number, put(1));
                actor.answers(1);
            }
            actor.ask(3, new KvRequest.Get(List.of(bytes("not known"))));
            actor.answers(1);

            assertThat(batches().stream().map(KvBatch::confirmed)).containsExactly(0L, 1L);
            assertThat(controlPlane.confirmedToReaders).containsExactly(2L);
        }
    }

    @Test
    void store_of_a_process_that_was_found_running_goes_on_above_what_was_under_way() throws Exception {
        try (var store = stores.reopen(ActorId.random(), 4, folder.resolve("found"), NO_DIR);
                var actor = new Actor(store.socket())) {
            controlPlane.failures.set(1);
            actor.ask(1, put(1));

            assertThat(actor.answers(1))
                    .containsEntry(1, new KvAnswer.Written(ScriptedControlPlane.RESUMED_AT + 1, List.of()));
            assertThat(batches().getLast().confirmed()).isEqualTo(ScriptedControlPlane.RESUMED_AT);
        }
    }

    /** It was asked twice how far the numbers had come, and what was asked first is heard last. */
    @Test
    void store_whose_numbers_are_overtaken_asks_again_how_far_they_have_come() throws Exception {
        try (var store = stores.reopen(ActorId.random(), 4, folder.resolve("overtaken"), NO_DIR);
                var actor = new Actor(store.socket())) {
            actor.ask(1, put(1));
            actor.answers(1);
            long later = controlPlane.number.addAndGet(ScriptedControlPlane.RESUMED_AT);
            actor.ask(2, put(1));
            var late = actor.answers(1);
            actor.ask(3, put(1));

            assertThat(codes(late)).containsExactly(Code.UNAVAILABLE);
            assertThat(actor.answers(1))
                    .containsEntry(3, new KvAnswer.Written(later + ScriptedControlPlane.RESUMED_AT + 1, List.of()));
        }
    }

    @Test
    void control_plane_that_is_away_for_long_makes_a_call_unavailable_and_the_next_one_works() throws Exception {
        try (var store = open("away");
                var actor = new Actor(store.socket())) {
            controlPlane.failures.set(Integer.MAX_VALUE);
            actor.ask(1, put(1));
            actor.ask(2, GET);

            var answers = actor.answers(2);
            controlPlane.failures.set(0);
            actor.ask(3, put(1));

            assertThat(codes(answers)).containsExactly(Code.UNAVAILABLE, Code.UNAVAILABLE);
            assertThat(actor.answers(1)).containsEntry(3, new KvAnswer.Written(2, List.of()));
            assertThat(batches().getLast().confirmed())
                    .as("nobody knows of the first")
                    .isZero();
        }
    }

    @Test
    void who_asks_more_than_is_answered_has_to_wait() throws Exception {
        try (var store = open("flood");
                var actor = new Actor(store.socket())) {
            var gate = controlPlane.shut();
            int asked = actor.askUntilItBlocks(put(100_000));
            gate.countDown();

            assertThat(asked * 100_000L).isLessThan(8 << 20);
            assertThat(actor.answers(asked)).hasSize(asked);
        }
    }

    @Test
    void what_is_no_request_is_refused_and_what_is_no_frame_ends_the_connection() throws Exception {
        try (var store = open("bad");
                var actor = new Actor(store.socket())) {
            actor.ask(1, new byte[] {99});
            actor.ask(2, GET);

            assertThat(actor.answers(1))
                    .containsOnlyKeys(1)
                    .satisfies(answers -> assertThat(codes(answers)).containsExactly(Code.INVALID));
            assertThat(actor.answers(1)).containsEntry(2, new KvAnswer.Found(List.of()));

            actor.send(
                    ByteBuffer.allocate(8).putInt(Integer.MAX_VALUE).putInt(3).flip());
            assertThat(actor.isEnded()).isTrue();
        }
    }

    @Test
    void socket_is_gone_when_the_store_is_closed_and_one_that_was_left_behind_is_replaced() throws Exception {
        var path = folder.resolve("left");
        var first = stores.open(ActorId.random(), 1, path, NO_DIR);
        var second = stores.reopen(ActorId.random(), 1, path, NO_DIR);
        try (var actor = new Actor(path)) {
            actor.ask(1, GET);
            assertThat(actor.answers(1)).hasSize(1);

            second.close();

            assertThat(actor.isEnded()).isTrue();
            assertThat(Files.exists(path)).isFalse();
        }
        first.close();
    }

    private ActorStores.Store open(String name) {
        return stores.open(ActorId.random(), 1, folder.resolve(name), NO_DIR);
    }

    private List<KvBatch> batches() {
        return controlPlane.roundTrips().stream().flatMap(List::stream).toList();
    }

    private static List<Code> codes(Map<Integer, KvAnswer> answers) {
        return answers.values().stream()
                .map(answer -> ((KvAnswer.Refused) answer).code())
                .toList();
    }

    private static List<Integer> numbers(int from, int to) {
        return IntStream.rangeClosed(from, to).boxed().toList();
    }

    private static KvRequest put(int size) {
        return new KvRequest.Write(
                List.of(), List.of(new KvRequest.Mutation.Put(bytes("k"), new Bytes(new byte[size]))));
    }

    private static Bytes bytes(String text) {
        return new Bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The other end. */
    private static final class Actor implements AutoCloseable {

        private static final Duration STUCK = Duration.ofMillis(300);

        private final SocketChannel channel;
        private final Map<Integer, KvRequest> asked = new HashMap<>();

        Actor(Path socket) throws IOException {
            channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(UnixDomainSocketAddress.of(socket));
        }

        void ask(int number, KvRequest request) throws IOException {
            asked.put(number, request);
            ask(number, KvWire.write(request));
        }

        void ask(int number, byte[] request) throws IOException {
            asked.putIfAbsent(number, GET);
            send(frame(number, request));
        }

        void send(ByteBuffer bytes) throws IOException {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }

        /** @return how many; the last one is sent whole when there is room again */
        int askUntilItBlocks(KvRequest request) throws IOException {
            channel.configureBlocking(false);
            for (int number = 1; ; number++) {
                asked.put(number, request);
                var frame = frame(number, KvWire.write(request));
                long last = System.nanoTime();
                while (frame.hasRemaining() && System.nanoTime() - last < STUCK.toNanos()) {
                    last = channel.write(frame) > 0 ? System.nanoTime() : last;
                    Thread.onSpinWait();
                }
                if (frame.hasRemaining()) {
                    channel.configureBlocking(true);
                    Thread.startVirtualThread(() -> sendQuietly(frame));
                    return number;
                }
            }
        }

        Map<Integer, KvAnswer> answers(int count) throws IOException {
            var answers = new HashMap<Integer, KvAnswer>();
            for (int i = 0; i < count; i++) {
                var frame = ByteBuffer.wrap(next());
                int number = frame.getInt();
                var bytes = new byte[frame.remaining()];
                frame.get(bytes);
                answers.put(number, KvWire.answer(asked.getOrDefault(number, GET), bytes));
            }
            return answers;
        }

        /** Its number, and the answer. */
        byte[] next() throws IOException {
            return read(read(Integer.BYTES).getInt()).array();
        }

        boolean isEnded() throws IOException {
            return channel.read(ByteBuffer.allocate(1)) < 0;
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }

        private void sendQuietly(ByteBuffer frame) {
            try {
                send(frame);
            } catch (IOException _) {
                // then an answer is missing
            }
        }

        private ByteBuffer read(int size) throws IOException {
            var buffer = ByteBuffer.allocate(size);
            while (buffer.hasRemaining()) {
                assertThat(channel.read(buffer)).as("bytes, and no end").isPositive();
            }
            return buffer.flip();
        }

        private static ByteBuffer frame(int number, byte[] request) {
            return ByteBuffer.allocate(8 + request.length)
                    .putInt(4 + request.length)
                    .putInt(number)
                    .put(request)
                    .flip();
        }
    }
}
