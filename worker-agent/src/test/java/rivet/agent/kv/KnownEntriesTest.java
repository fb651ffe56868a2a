package rivet.agent.kv;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rivet.protocol.ActorId;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvAnswer;
import rivet.protocol.kv.KvAnswer.Code;
import rivet.protocol.kv.KvAnswer.Refused;
import rivet.protocol.kv.KvBatch;
import rivet.protocol.kv.KvRequest;
import rivet.protocol.kv.KvRequest.Mutation;
import rivet.protocol.kv.KvWire;

/**
 * Whatever becomes of writes, what a read finds is what is committed: random calls of one generation, over a control plane
 * that loses writes, does them late, or does them and does not say so, and over leases that are lost to others who write.
 */
class KnownEntriesTest {

    private static final int WORLDS = 400;
    private static final int CALLS = 80;
    private static final Duration LONG = Duration.ofSeconds(60);

    /** Less than the first pause before another try: one try is all there is. */
    private static final Duration ONE_TRY = Duration.ofMillis(9);

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 4})
    void what_is_read_is_what_is_committed(long seeds) throws InterruptedException {
        int known = 0;
        for (long seed = seeds * WORLDS; seed < (seeds + 1) * WORLDS; seed++) {
            known += new World(seed).live();
        }
        assertThat(known).as("reads that asked nobody").isGreaterThan(WORLDS);
    }

    @Test
    void what_is_known_has_a_bound() throws InterruptedException {
        var world = new World(1);
        var value = new Bytes(new byte[4_000]);
        for (int i = 0; i < 20; i++) {
            world.ask(new KvRequest.Write(List.of(), List.of(new Mutation.Put(key(i), value))), LONG);
        }

        for (int i = 0; i < 20; i++) {
            world.ask(new KvRequest.Get(List.of(key(i))), LONG);
        }

        assertThat(world.controlPlane.reads).isEqualTo(20);
        assertThat(((KvAnswer.Found) world.ask(new KvRequest.Get(List.of(key(19))), LONG)).values())
                .extracting(KvAnswer.Value::bytes)
                .containsExactly(value);
        assertThat(world.controlPlane.reads).as("the last ones are known").isEqualTo(20);
    }

    private static Bytes key(int number) {
        return new Bytes(("k" + number).getBytes(StandardCharsets.UTF_8));
    }

    /** One generation, and one call after the other. */
    private static final class World {

        private final Random chance;
        private final CarelessControlPlane controlPlane = new CarelessControlPlane();
        private final ActorStores stores =
                new ActorStores(controlPlane, controlPlane::isNewest, new CompositeMeterRegistry());
        private final RemoteStore store;
        private final String name;

        World(long seed) {
            chance = new Random(seed);
            name = "seed " + seed;
            store = stores.store(new ActorStores.Owner(ActorId.random(), 1), new KnownEntries());
        }

        /** @return how many reads asked nobody */
        int live() throws InterruptedException {
            int known = 0;
            for (int call = 0; call < CALLS; call++) {
                happen();
                known += once("%s, call %d".formatted(name, call)) ? 1 : 0;
            }
            stores.close();
            return known;
        }

        /** @return whether it was a read that asked nobody */
        private boolean once(String which) throws InterruptedException {
            boolean doomed = chance.nextInt(40) == 0;
            controlPlane.fate =
                    doomed ? oneOf(Fate.LOST, Fate.LATE) : oneOf(Fate.DONE, Fate.DONE, Fate.DONE, Fate.UNTOLD);
            if (chance.nextInt(3) == 0) {
                ask(write(), doomed ? ONE_TRY : LONG);
                return false;
            }
            var keys = IntStream.range(0, 1 + chance.nextInt(2))
                    .mapToObj(_ -> anyKey())
                    .toList();
            int before = controlPlane.reads;
            boolean newest = controlPlane.isNewest();
            var answer = ask(new KvRequest.Get(keys), LONG);
            if (newest) {
                assertThat(answer).as(which).isEqualTo(controlPlane.committed(keys));
            } else {
                assertThat(answer)
                        .as(which)
                        .isInstanceOfSatisfying(
                                Refused.class,
                                refused -> assertThat(refused.code()).isEqualTo(Code.STALE_GENERATION));
            }
            return controlPlane.reads == before;
        }

        /** Between two calls. */
        private void happen() {
            if (chance.nextInt(3) == 0) {
                controlPlane.late();
            }
            if (chance.nextInt(100) == 0) {
                controlPlane.replace(new Mutation.Put(anyKey(), anyValue()));
            }
        }

        private KvRequest write() {
            var checks = chance.nextInt(4) == 0
                    ? List.of(new KvRequest.Check(anyKey(), chance.nextInt(3)))
                    : List.<KvRequest.Check>of();
            return new KvRequest.Write(
                    checks,
                    IntStream.range(0, 1 + chance.nextInt(2))
                            .mapToObj(_ -> mutation())
                            .toList());
        }

        private Mutation mutation() {
            return switch (chance.nextInt(8)) {
                case 0 -> new Mutation.Delete(anyKey());
                case 1 -> new Mutation.DeleteRange(anyKey(), chance.nextBoolean() ? anyKey() : Bytes.EMPTY);
                case 2, 3 -> new Mutation.Add(new Bytes(new byte[] {'n'}), chance.nextInt(9));
                default -> new Mutation.Put(anyKey(), anyValue());
            };
        }

        private Bytes anyKey() {
            return chance.nextInt(5) == 0 ? new Bytes(new byte[] {'n'}) : key(chance.nextInt(4));
        }

        private Bytes anyValue() {
            return new Bytes(("v" + chance.nextInt(1000)).getBytes(StandardCharsets.UTF_8));
        }

        private Fate oneOf(Fate... fates) {
            return fates[chance.nextInt(fates.length)];
        }

        KvAnswer ask(KvRequest request, Duration patience) throws InterruptedException {
            var answer = new AtomicReference<byte[]>();
            long giveUp = System.nanoTime() + patience.toNanos();
            store.answer(List.of(new Call(request, new Bytes(KvWire.write(request)), giveUp, answer::set)));
            return KvWire.answer(request, answer.get());
        }
    }

    /** What becomes of a write. */
    private enum Fate {
        DONE,
        /** Done, and nobody knows. */
        UNTOLD,
        /** Not done, and nobody knows. */
        LOST,
        /** Done later, unless another one was done before. */
        LATE
    }

    /** Keeps one store, and takes writes as the real one does: each number once, and none below the last. */
    private static final class CarelessControlPlane implements ActorStores.Remote {

        volatile Fate fate = Fate.DONE;
        volatile int reads;
        private final TreeMap<Bytes, KvAnswer.Value> entries = new TreeMap<>();
        private final Queue<KvBatch> late = new ArrayDeque<>();
        private boolean newest = true;
        private long number;
        private long version;

        synchronized boolean isNewest() {
            return newest;
        }

        /** Another generation is there and has written. */
        synchronized void replace(Mutation first) {
            newest = false;
            apply(new KvRequest.Write(List.of(), List.of(first)));
        }

        synchronized void late() {
            var batch = late.poll();
            if (batch != null) {
                take(batch);
            }
        }

        synchronized KvAnswer committed(List<Bytes> keys) {
            return new KvAnswer.Found(keys.stream()
                    .map(key -> entries.getOrDefault(key, new KvAnswer.Value(0, Bytes.EMPTY)))
                    .toList());
        }

        @Override
        public synchronized CompletableFuture<byte[]> write(List<KvBatch> batches) throws IOException {
            var answers = new ArrayList<byte[]>();
            for (var batch : batches) {
                answers.add(KvWire.join(told(batch).stream().map(KvWire::write).toList()));
            }
            return CompletableFuture.completedFuture(KvWire.join(answers));
        }

        private List<KvAnswer> told(KvBatch batch) throws IOException {
            return switch (fate) {
                case DONE -> take(batch);
                case UNTOLD ->
                    take(batch).stream()
                            .<KvAnswer>map(_ -> new Refused(Code.UNAVAILABLE, "nobody knows"))
                            .toList();
                case LOST -> throw new IOException("lost");
                case LATE -> {
                    late.add(batch);
                    throw new IOException("late");
                }
            };
        }

        private List<KvAnswer> take(KvBatch batch) {
            var requests = KvWire.split(batch.message().array()).stream()
                    .map(KvWire::request)
                    .toList();
            if (!newest) {
                return requests.stream()
                        .<KvAnswer>map(_ -> new Refused(Code.STALE_GENERATION, "stale"))
                        .toList();
            }
            if (batch.number() <= number) {
                return requests.stream()
                        .<KvAnswer>map(_ -> new Refused(Code.UNAVAILABLE, "a later write came before this one"))
                        .toList();
            }
            number = batch.number();
            return requests.stream()
                    .map(request -> apply((KvRequest.Write) request))
                    .toList();
        }

        private KvAnswer apply(KvRequest.Write write) {
            for (var check : write.checks()) {
                if (versionOf(check.key()) != check.version()) {
                    return new Refused(Code.CONFLICT, "another version");
                }
            }
            for (var mutation : write.mutations()) {
                if (mutation instanceof Mutation.Add(var key, var _)
                        && entries.containsKey(key)
                        && entries.get(key).bytes().length() != 1 + Long.BYTES) {
                    return new Refused(Code.INVALID, "no counter");
                }
            }
            version++;
            var sums = new ArrayList<Long>();
            for (var mutation : write.mutations()) {
                switch (mutation) {
                    case Mutation.Put(var key, var value) -> entries.put(key, new KvAnswer.Value(version, value));
                    case Mutation.Delete(var key) -> entries.remove(key);
                    case Mutation.DeleteRange(var start, var end) ->
                        entries.keySet()
                                .removeIf(key ->
                                        key.compareTo(start) >= 0 && (end.length() == 0 || key.compareTo(end) < 0));
                    case Mutation.Add(var key, var delta) -> sums.add(add(key, delta));
                }
            }
            return new KvAnswer.Written(version, sums);
        }

        private long add(Bytes key, long delta) {
            var before = entries.get(key);
            long sum = delta
                    + (before == null || before.bytes().length() != 1 + Long.BYTES
                            ? 0
                            : ByteBuffer.wrap(before.bytes().array()).getLong(1));
            var bytes = ByteBuffer.allocate(1 + Long.BYTES).put((byte) 1).putLong(sum);
            entries.put(key, new KvAnswer.Value(version, new Bytes(bytes.array())));
            return sum;
        }

        private long versionOf(Bytes key) {
            return entries.containsKey(key) ? entries.get(key).version() : 0;
        }

        @Override
        public synchronized byte[] read(ActorId actor, long generation, long confirmed, byte[] message) {
            reads++;
            return KvWire.join(KvWire.split(message).stream()
                    .map(KvWire::request)
                    .map(request -> newest
                            ? committed(((KvRequest.Get) request).keys())
                            : new Refused(Code.STALE_GENERATION, "stale"))
                    .map(KvWire::write)
                    .toList());
        }

        @Override
        public byte[] resume(ActorId actor, long generation) {
            throw new UnsupportedOperationException("nothing was found running");
        }
    }
}
