package rivet.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigInteger;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class StoresTest {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String PATH = "/actors/" + Samples.ID + "/kv";
    private static final String PLAYER = """
            {"key": ["player", "ada"], "version": 3, "size": 17, "kind": "json", "json": {"score": 12}, "exact": true,
             "base64": "/w9v"}""";
    private static final String COUNTER = """
            {"key": ["count"], "version": 4, "size": 9, "kind": "counter", "json": 7, "exact": true, "base64": "AAAAAAAAAAc="}""";
    private static final String BYTES = """
            {"key": ["raw"], "version": 5, "size": 3, "kind": "bytes", "base64": "aGk="}""";
    private static final String NOTHING = """
            {"key": ["nothing"], "version": 6, "size": 4, "kind": "json", "json": null, "exact": true, "base64": "/w8w"}""";

    private final StubServer server = new StubServer();
    private final RivetClient client = server.client().build();

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    @Test
    void entries_come_page_after_page() {
        server.then(200, "{\"entries\": [%s, %s], \"pagination\": {\"cursor\": \"c\"}}".formatted(PLAYER, COUNTER))
                .then(200, "{\"entries\": [%s, %s], \"pagination\": {}}".formatted(BYTES, NOTHING));
        var filter = StoreFilter.prefix("player", 7).reversed().pageSize(2);

        var all = client.stores().stream(Samples.ID, filter).toList();

        assertThat(all)
                .extracting(StoredEntry::key)
                .containsExactly(
                        StoreKey.of("player", "ada"), StoreKey.of("count"), StoreKey.of("raw"), StoreKey.of("nothing"));
        assertThat(all).extracting(StoredEntry::json).containsExactly("{\"score\":12}", "7", null, "null");
        assertThat(all).extracting(StoredEntry::version).containsExactly(3L, 4L, 5L, 6L);
        assertThat(all).extracting(StoredEntry::exact).containsExactly(true, true, false, true);
        assertThat(all.get(2).bytes()).asString(StandardCharsets.UTF_8).isEqualTo("hi");
        var first = "GET " + PATH + "?prefix=%5B%22player%22%2C7%5D&reverse=true&limit=2";
        assertThat(server.lines()).containsExactly(first, first + "&cursor=c");
    }

    @Test
    void list_asks_for_no_more_than_was_said() {
        server.then(200, "{\"entries\": []}").then(200, "{\"entries\": []}");

        assertThat(client.stores().list(Samples.ID, StoreFilter.all()).items()).isEmpty();
        client.stores().list(Samples.ID, StoreFilter.strings("user:"));

        assertThat(server.lines()).containsExactly("GET " + PATH, "GET " + PATH + "?prefix=%22user%3A%22");
    }

    @Test
    void keys_are_sent_and_read_as_what_they_are() {
        var elements = Arrays.asList(
                "a\"b",
                null,
                true,
                -7L,
                BigInteger.TEN.pow(30),
                0.5,
                Double.NEGATIVE_INFINITY,
                "ü".getBytes(StandardCharsets.UTF_8),
                List.of("in", 1L));
        var shown = """
                ["a\\"b", null, true, -7, %s, 0.5, {"infinite": -1}, {"base64": "w7w="}, ["in", 1]]""".formatted(BigInteger.TEN.pow(30));
        server.then(200, "{\"entry\": %s}".formatted(COUNTER.replace("[\"count\"]", shown)));

        var entry =
                client.stores().get(Samples.ID, StoreKey.of(elements.toArray())).orElseThrow();

        var asked = server.lines().getFirst();
        assertThat(asked).startsWith("GET " + PATH + "/entry?key=");
        assertThat(JSON.readTree(URLDecoder.decode(asked.split("key=", 2)[1], StandardCharsets.UTF_8)))
                .isEqualTo(JSON.readTree(shown));
        assertThat(entry.key())
                .isEqualTo(StoreKey.of(elements.toArray()))
                .hasToString(shown.replaceAll("([,:]) ", "$1"));
        assertThat(entry.key().elements()).usingRecursiveComparison().isEqualTo(elements);
    }

    @Test
    void key_that_is_no_tuple_is_its_bytes() {
        var key = StoreKey.raw("foo".getBytes(StandardCharsets.UTF_8));
        server.then(
                        200,
                        "{\"entries\": [%s, %s]}"
                                .formatted(COUNTER.replace("[\"count\"]", "{\"raw\": \"Zm9v\"}"), PLAYER))
                .then(200, "{\"version\": 1}")
                .then(200, "{\"version\": 2}");

        var listed = client.stores().list(Samples.ID, StoreFilter.raw("f".getBytes(StandardCharsets.UTF_8)));
        client.stores().put(Samples.ID, listed.items().getFirst().key(), StoreValue.counter(8));
        client.stores().delete(Samples.ID, key);

        assertThat(listed.items()).extracting(StoredEntry::key).containsExactly(key, StoreKey.of("player", "ada"));
        assertThat(key.elements()).isEmpty();
        assertThat(key.rawBytes())
                .hasValueSatisfying(bytes -> assertThat(bytes).asString().isEqualTo("foo"));
        assertThat(StoreKey.of("foo").rawBytes()).isEmpty();
        assertThat(server.lines())
                .containsExactly(
                        "GET " + PATH + "?prefix=%7B%22raw%22%3A%22Zg%3D%3D%22%7D",
                        "PUT " + PATH + "/entry",
                        "DELETE " + PATH + "/entry?key=%7B%22raw%22%3A%22Zm9v%22%7D");
        assertThat(server.asked().get(1).body()).isEqualTo("{\"key\":{\"raw\":\"Zm9v\"},\"counter\":8}");
    }

    @Test
    void whole_number_is_the_same_key_whatever_its_type() {
        assertThat(StoreKey.of(2, (byte) 2, (short) 2, 2.0f, 2.0, BigInteger.TWO))
                .isEqualTo(StoreKey.of(2L, 2L, 2L, 2L, 2L, 2L))
                .hasSameHashCodeAs(StoreKey.of(2L, 2L, 2L, 2L, 2L, 2L))
                .isNotEqualTo(StoreKey.of("2"));
    }

    @Test
    void what_is_no_key_is_refused_before_anything_is_sent() {
        assertThatIllegalArgumentException().isThrownBy(StoreKey::of).withMessageContaining("no elements");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StoreKey.raw(new byte[0]))
                .withMessageContaining("no bytes");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StoreKey.of(Double.NaN))
                .withMessageContaining("NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StoreKey.of(new Object()))
                .withMessageContaining("java.lang.Object");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StoreValue.json("{"))
                .withMessageContaining("no JSON");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StoreValue.json("1 2"))
                .withMessageContaining("no JSON");
    }

    @Test
    void entry_that_is_not_there_is_empty_and_an_actor_that_is_not_there_a_mistake() {
        server.then(404, Samples.problem("KV_NOT_FOUND")).then(404, Samples.problem("ACTOR_NOT_FOUND"));

        assertThat(client.stores().get(Samples.ID, StoreKey.of("count"))).isEmpty();
        assertThatExceptionOfType(RivetException.NotFound.class)
                .isThrownBy(() -> client.stores().get(Samples.ID, StoreKey.of("count")));
    }

    @Test
    void entries_are_put_and_deleted() {
        for (int version = 1; version <= 4; version++) {
            server.then(200, "{\"version\": %d}".formatted(version));
        }
        server.then(200, "{\"version\": 5}").then(200, "{\"version\": 6}");
        var stores = client.stores();
        var key = StoreKey.of("a", 1);

        assertThat(stores.put(Samples.ID, key, StoreValue.json("{\"score\": 12.50}")))
                .isOne();
        assertThat(stores.put(Samples.ID, key, StoreValue.json("null"))).isEqualTo(2);
        assertThat(stores.put(Samples.ID, key, StoreValue.counter(41), 0)).isEqualTo(3);
        assertThat(stores.put(Samples.ID, key, StoreValue.bytes("hi".getBytes(StandardCharsets.UTF_8)), 3))
                .isEqualTo(4);
        stores.delete(Samples.ID, key);
        stores.delete(Samples.ID, key, 4);

        assertThat(server.lines().subList(0, 4)).containsOnly("PUT " + PATH + "/entry");
        assertThat(server.lines().subList(4, 6))
                .containsExactly(
                        "DELETE " + PATH + "/entry?key=%5B%22a%22%2C1%5D",
                        "DELETE " + PATH + "/entry?key=%5B%22a%22%2C1%5D&version=4");
        assertThat(server.asked().subList(0, 4))
                .extracting(asked -> JSON.readTree(asked.body()))
                .containsExactly(
                        JSON.readTree("{\"key\": [\"a\", 1], \"json\": {\"score\": 12.5}}"),
                        JSON.readTree("{\"key\": [\"a\", 1], \"json\": null}"),
                        JSON.readTree("{\"key\": [\"a\", 1], \"counter\": 41, \"version\": 0}"),
                        JSON.readTree("{\"key\": [\"a\", 1], \"base64\": \"aGk=\", \"version\": 3}"));
    }

    @Test
    void value_is_not_printed() {
        server.then(200, "{\"entry\": %s}".formatted(PLAYER));

        assertThat(client.stores().get(Samples.ID, StoreKey.of("player", "ada")))
                .hasValueSatisfying(entry -> assertThat(entry.toString()).doesNotContain("score", "/w9v"));
    }
}
