package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.client.ActorState;
import rivet.client.Checkpoint;
import rivet.client.CreateActor;
import rivet.client.LogLine;
import rivet.client.Port;
import rivet.client.RivetClient;
import rivet.client.RivetException;
import rivet.client.StoreFilter;
import rivet.client.StoreKey;
import rivet.client.StoreValue;
import rivet.client.StoredEntry;
import rivet.protocol.Wire;

/** A Java team's day: an actor in Java, deployed with the command line and driven by a Java program with the SDK. */
class JavaStoryTest {

    private static final Duration LONG = Duration.ofSeconds(40);

    @TempDir
    static Path work;

    static RunningDevServer server;
    static RivetClient client;

    @BeforeAll
    static void start() throws Exception {
        server = RunningDevServer.start(work.resolve("data"));
        server.deployExample("java-counter", work);
        client = RivetClient.builder().endpoint(server.api()).build();
    }

    @AfterAll
    static void stop() throws Exception {
        client.close();
        server.close();
    }

    @Test
    void actor_is_created_called_read_and_destroyed() throws Exception {
        var created = client.actors().create(counter());
        var ready = client.actors().awaitReady(created.id(), LONG);

        assertThat(count(ready.url("http"))).isEqualTo(1);
        assertThat(count(ready.url("http"))).isEqualTo(2);
        await().atMost(LONG).until(() -> said(created.id()).contains("counting"));

        client.actors().destroy(created.id());

        assertThat(client.actors().awaitDestroyed(created.id(), LONG).state()).isEqualTo(ActorState.DESTROYED);
        await().atMost(LONG).until(() -> said(created.id()).contains("counted to 2"));
    }

    @Test
    void killed_actor_comes_back_as_a_new_generation() throws Exception {
        var actor = client.actors().createReady(counter().durable(), LONG);
        var first = Wire.JSON.readTree(server.get(actor.url("http").toString()).body());
        assertThat(first.get("generation").longValue()).isEqualTo(1);
        assertThat(count(total(actor.url("http")))).isEqualTo(1);

        var killed = ProcessHandle.allProcesses()
                .filter(process -> process.info()
                        .commandLine()
                        .map(line -> line.contains("rivet.actor.ActorMain"))
                        .orElse(false))
                .filter(process -> isOf(process, actor.id()))
                .findFirst()
                .orElseThrow();
        killed.destroyForcibly();

        await().atMost(LONG).until(() -> {
            var reply = server.get(actor.url("http").toString());
            return reply.statusCode() == 200
                    && Wire.JSON.readTree(reply.body()).get("generation").longValue() == 2;
        });
        assertThat(count(total(actor.url("http")))).as("what it remembers").isEqualTo(2);
        client.actors().destroy(actor.id());
    }

    @Test
    void what_an_actor_remembers_is_looked_into_mended_and_taken_back() throws Exception {
        var actor = client.actors().createReady(counter().durable(), LONG);
        var total = StoreKey.of("total");
        assertThat(count(total(actor.url("http")))).isEqualTo(1);

        var taken = client.checkpoints().take(actor.id());

        assertThat(taken.kv()).isNotNull();
        assertThat(count(total(actor.url("http")))).isEqualTo(2);
        assertThat(client.stores().get(actor.id(), total)).hasValueSatisfying(entry -> {
            assertThat(entry.kind()).isEqualTo("counter");
            assertThat(entry.json()).isEqualTo("2");
        });
        assertThatExceptionOfType(RivetException.Conflict.class)
                .isThrownBy(() -> client.checkpoints().restore(actor.id(), taken.number()))
                .satisfies(refused -> assertThat(refused.code()).isEqualTo("ACTOR_NOT_ASLEEP"));
        assertThatExceptionOfType(RivetException.Conflict.class)
                .isThrownBy(() -> client.stores().put(actor.id(), total, StoreValue.counter(41)))
                .satisfies(refused -> assertThat(refused.code()).isEqualTo("KV_IN_USE"));

        client.actors().sleep(actor.id());
        await().atMost(LONG).until(() -> client.actors().get(actor.id()).state() == ActorState.SLEEPING);
        long version = client.stores().put(actor.id(), total, StoreValue.counter(41));
        var mended = StoreKey.of("mended", 1, 0.5, true, null, "ü".getBytes(StandardCharsets.UTF_8), List.of("in"));
        client.stores().put(actor.id(), mended, StoreValue.json("{\"by\": [1, null]}"), 0);
        client.stores().put(actor.id(), StoreKey.of("raw"), StoreValue.bytes(new byte[] {1, 2}));
        client.stores().delete(actor.id(), StoreKey.of("raw"), version + 2);
        var foreign = StoreKey.raw("~foreign".getBytes(StandardCharsets.UTF_8));
        client.stores().put(actor.id(), foreign, StoreValue.json("7"));

        assertThat(client.stores().stream(actor.id(), StoreFilter.all().pageSize(1)))
                .extracting(StoredEntry::key, StoredEntry::json)
                .containsExactly(tuple(mended, "{\"by\":[1,null]}"), tuple(total, "41"), tuple(foreign, "7"));
        assertThat(client.stores().stream(actor.id(), StoreFilter.raw(new byte[] {'~'})))
                .extracting(StoredEntry::key)
                .containsExactly(foreign);
        client.stores().delete(actor.id(), foreign);
        assertThat(client.stores().get(actor.id(), foreign)).isEmpty();
        assertThat(client.stores().stream(actor.id(), StoreFilter.prefix("mended", 1)))
                .hasSize(1);
        var restored = client.checkpoints().restore(actor.id(), taken.number());
        assertThat(client.stores().stream(actor.id(), StoreFilter.all()))
                .extracting(StoredEntry::json)
                .containsExactly("1");
        client.checkpoints().restore(actor.id(), restored.undo());
        assertThat(count(total(actor.url("http")))).as("the restore was undone").isEqualTo(42);
        assertThat(client.checkpoints().list(actor.id()))
                .extracting(Checkpoint::cause)
                .contains("operator", "before_restore");
        client.actors().destroy(actor.id());
    }

    private static boolean isOf(ProcessHandle process, String actor) {
        try {
            return java.nio.file.Files.readString(
                            Path.of("/proc/%d/environ".formatted(process.pid())),
                            java.nio.charset.StandardCharsets.ISO_8859_1)
                    .contains("RIVET_ACTOR_ID=" + actor);
        } catch (java.io.IOException _) {
            return false; // gone, or another user's
        }
    }

    private static CreateActor counter() {
        return CreateActor.withBuildTags(Map.of("name", "java-counter", "current", "true"))
                .tag("name", "java-counter")
                .resources(500, 256)
                .port("http", Port.https());
    }

    private static URI total(URI url) {
        return URI.create(url.toString().replaceAll("/?$", "/total"));
    }

    private static int count(URI url) throws Exception {
        return Wire.JSON
                .readTree(server.get(url.toString()).body())
                .get("count")
                .intValue();
    }

    private static java.util.List<String> said(String actor) {
        return client.actors().logs(actor).stream().map(LogLine::text).toList();
    }
}
