package rivet.actor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The methods, on the store for tests: it takes and gives the bytes that the platform's does. */
class KvInMemoryTest {

    private final Kv kv = Kv.inMemory();

    @Test
    void what_is_put_is_found_until_it_is_deleted() {
        var key = KvKey.of("a", 1);

        long version = kv.put(key, bytes("one"));

        assertThat(kv.get(key)).hasValueSatisfying(entry -> {
            assertThat(entry.value()).isEqualTo(bytes("one"));
            assertThat(entry.version()).isEqualTo(version);
        });
        assertThat(kv.get(KvKey.of("a"))).isEmpty();
        kv.delete(key);
        assertThat(kv.get(key)).isEmpty();
    }

    @Test
    void batches_are_read_in_the_order_asked() {
        kv.putBatch(Map.of(KvKey.of(1), bytes("1"), KvKey.of(2), bytes("2")));

        assertThat(kv.getBatch(List.of(KvKey.of(2), KvKey.of(3), KvKey.of(1))).keySet())
                .containsExactly(KvKey.of(2), KvKey.of(1));
        assertThat(kv.getBatch(List.of())).isEmpty();
    }

    @Test
    void ranges_hold_their_start_and_not_their_end() {
        for (var key : List.of("user:2", "user:10", "user", "z")) {
            kv.put(KvKey.of(key), bytes(key));
        }
        for (int room : new int[] {1, 2, 10}) {
            kv.put(KvKey.of("room", room), bytes("r"));
        }

        assertThat(keys(KvRange.strings("user:"))).containsExactly(KvKey.of("user:10"), KvKey.of("user:2"));
        assertThat(keys(KvRange.prefix("room"))).containsExactly(room(1), room(2), room(10));
        assertThat(keys(KvRange.prefix("room", 1))).containsExactly(room(1));
        assertThat(keys(KvRange.all().from(room(1)).until(room(10)))).containsExactly(room(1), room(2));
        assertThat(keys(KvRange.prefix("room").after(room(1)).reversed())).containsExactly(room(10), room(2));
        assertThat(keys(KvRange.all().from(room(9)).until(room(3)))).isEmpty();
    }

    @Test
    void pages_go_on_where_the_last_one_ended() {
        for (int batch = 0; batch < 11; batch++) {
            int from = 100 * batch;
            var entries = new LinkedHashMap<KvKey, byte[]>();
            IntStream.range(from, from + 100).forEach(i -> entries.put(KvKey.of(i), bytes("v")));
            kv.putBatch(entries);
        }

        var page = kv.list(KvRange.all().limit(1050));
        var rest = kv.list(page.rest().orElseThrow());
        var last = kv.list(KvRange.all().reversed().limit(2));

        assertThat(page.entries()).hasSize(1050);
        assertThat(rest.entries()).hasSize(50).first().extracting(KvEntry::key).isEqualTo(KvKey.of(1050));
        assertThat(rest.rest()).isEmpty();
        assertThat(kv.list(last.rest().orElseThrow()).entries().getFirst().key())
                .isEqualTo(KvKey.of(1097));
    }

    @Test
    void deleting_a_range_deletes_nothing_else() {
        kv.put(room(1), bytes("1"));
        kv.put(room(2), bytes("2"));
        kv.put(KvKey.of("z"), bytes("z"));

        kv.deleteRange(KvRange.prefix("room").limit(1));

        assertThat(keys(KvRange.all())).containsExactly(KvKey.of("z"));
        assertThatThrownBy(() -> kv.deleteRange(KvRange.all())).hasMessageContaining("deleteAll");
        kv.deleteAll();
        assertThat(keys(KvRange.all())).isEmpty();
    }

    @Test
    void only_the_version_that_was_read_is_replaced() {
        long first = kv.compareAndSet(KvKey.of("c"), 0, bytes("1")).orElseThrow();

        assertThat(kv.compareAndSet(KvKey.of("c"), 0, bytes("2"))).isEmpty();
        assertThat(kv.compareAndSet(KvKey.of("c"), first, bytes("3"))).isPresent();
        assertThat(kv.get(KvKey.of("c")).orElseThrow().value()).isEqualTo(bytes("3"));
    }

    @Test
    void counters_are_added_to_and_bytes_are_not() {
        assertThat(kv.add(KvKey.of("n"), 40)).isEqualTo(40);
        assertThat(kv.add(KvKey.of("n"), 2)).isEqualTo(42);
        assertThat(kv.get(KvKey.of("n")).orElseThrow().counter()).isEqualTo(42);
        kv.put(KvKey.of("b"), bytes("b"));

        assertThatThrownBy(() -> kv.add(KvKey.of("b"), 1))
                .isInstanceOfSatisfying(
                        KvException.class, e -> assertThat(e.code()).isEqualTo(KvException.Code.INVALID));
        assertThatThrownBy(() -> kv.get(KvKey.of("n")).orElseThrow().value()).hasMessageContaining("not put as bytes");
    }

    @Test
    void transaction_is_done_wholly_on_what_it_read_or_again() {
        kv.put(KvKey.of("stock"), bytes("1"));
        var tries = new java.util.concurrent.atomic.AtomicInteger();

        var result = kv.transact(tx -> {
            var stock = tx.get(KvKey.of("stock")).orElseThrow();
            if (tries.incrementAndGet() == 1) {
                kv.put(KvKey.of("stock"), bytes("2"));
            }
            tx.put(KvKey.of("sold"), stock.value());
            tx.add(KvKey.of("times"), 1);
            return new String(stock.value(), UTF_8);
        });

        assertThat(result).isEqualTo("2");
        assertThat(tries).hasValue(2);
        assertThat(kv.get(KvKey.of("times")).orElseThrow().counter()).isEqualTo(1);
        assertThatThrownBy(() -> kv.transact(tx -> {
                    tx.delete(KvKey.of("sold"));
                    throw new IllegalStateException("mine");
                }))
                .hasMessage("mine");
        assertThat(kv.get(KvKey.of("sold"))).isPresent();
    }

    @Test
    void what_is_too_much_is_refused_and_nothing_done() {
        var many = new LinkedHashMap<KvKey, byte[]>();
        IntStream.range(0, 129).forEach(i -> many.put(KvKey.of(i), bytes("v")));

        assertThatThrownBy(() -> kv.putBatch(many)).hasMessageContaining("at most 128");
        assertThatThrownBy(() -> kv.put(KvKey.of("v"), new byte[(128 << 10) + 1]))
                .hasMessageContaining("value");
        assertThatThrownBy(() -> kv.put(KvKey.of("k".repeat(3000)), bytes("v"))).hasMessageContaining("key");
        assertThat(keys(KvRange.all())).isEmpty();
    }

    private List<KvKey> keys(KvRange range) {
        return kv.list(range).entries().stream().map(KvEntry::key).toList();
    }

    private static KvKey room(int number) {
        return KvKey.of("room", number);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
