package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.client.RivetClient;
import rivet.protocol.Wire;
import tools.jackson.databind.JsonNode;

/** What actors have set to be woken for, whatever dies. What they heard of is read without waking them. */
class AlarmStoryTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    private static final String SCRIPT = """
            export default {
              async start(ctx) {
                const { generation } = ctx.metadata.actor;
                ctx.alarm.on(async ({ id, name, scheduledAt, lateMs, missed, attempt, payload }) => {
                  const { hangs, fails = 0, takes = 0 } = payload ?? {};
                  const number = await ctx.kv.add("count");
                  const heard = { id, name, generation, lateMs, missed, attempt, scheduledAt: scheduledAt.getTime() };
                  await ctx.kv.put(["heard", number], heard);
                  if (hangs === generation) await new Promise(() => {});
                  if (attempt <= fails) throw new Error("not now");
                  await new Promise((done) => setTimeout(done, takes));
                  await ctx.kv.add("handled");
                });
                await Deno.serve({ port: Number(Deno.env.get("PORT_HTTP")), signal: ctx.signal }, async (request) => {
                  const next = await ctx.alarm.set(await request.json());
                  return Response.json({ next, all: await ctx.alarm.list(), it: await ctx.alarm.get("a") });
                }).finished;
              },
            };
            """;

    @TempDir
    Path work;

    @Test
    void one_that_sleeps_is_woken_and_is_not_idle_until_it_has_handled_it() throws Exception {
        try (var server = start()) {
            var actor = create(server, ", \"idle_timeout\": 1000");
            var set = set(
                    server, actor, "{\"name\": \"a\", \"at\": %d, \"payload\": {\"takes\": 3000}}".formatted(in(4)));
            assertThat(set.get("it").get("payload").get("takes").intValue()).isEqualTo(3000);
            assertThat(set.get("all")).hasSize(1);
            server.awaitState(actor, "sleeping");

            awaitHeard(server, actor, 1);
            await().atMost(LONG).until(() -> counter(server, actor, "handled") == 1);
            server.awaitState(actor, "sleeping");

            var heard = heard(server, actor);
            assertThat(heard).hasSize(1);
            assertThat(heard.getFirst().get("generation").intValue()).isEqualTo(2);
            assertThat(heard.getFirst().get("missed").intValue()).isZero();
            assertThat(server.send("GET", "/actors/%s/events".formatted(RunningDevServer.id(actor)), null)
                            .body())
                    .contains("loop:wake-for-alarms", "due: alarm 'a'");
            assertThat(alarms(server, actor)).as("it was for once").isEmpty();
            server.destroy(actor);
        }
    }

    @Test
    void killed_while_it_is_at_one_it_hears_of_the_same_one_again() throws Exception {
        try (var server = start()) {
            var actor = create(server, "");
            set(server, actor, "{\"name\": \"a\", \"at\": 0, \"payload\": {\"hangs\": 1}}");
            awaitHeard(server, actor, 1);

            var process = new AgentProcesses(work.resolve("data"))
                    .listening()
                    .iterator()
                    .next();
            ProcessHandle.of(process).orElseThrow().destroyForcibly();

            awaitHeard(server, actor, 2);
            var heard = heard(server, actor);
            assertThat(heard.get(1).get("generation").intValue()).isEqualTo(2);
            assertThat(heard.get(1).get("id")).isEqualTo(heard.get(0).get("id"));
            await().atMost(LONG).until(() -> alarms(server, actor).isEmpty());
            server.destroy(actor);
        }
    }

    @Test
    void one_that_throws_hears_of_it_again_and_others_go_on_meanwhile() throws Exception {
        try (var server = start()) {
            var actor = create(server, "");
            set(server, actor, "{\"name\": \"bad\", \"at\": 0, \"payload\": {\"fails\": 2}}");
            set(server, actor, "{\"name\": \"tick\", \"every\": 1000}");

            await().atMost(LONG).until(() -> of(server, actor, "bad").size() == 3);

            var bad = of(server, actor, "bad");
            assertThat(bad).extracting(each -> each.get("attempt").intValue()).containsExactly(1, 2, 3);
            assertThat(new HashSet<>(bad.stream().map(each -> each.get("id")).toList()))
                    .hasSize(1);
            assertThat(of(server, actor, "tick")).isNotEmpty();
            server.destroy(actor);
        }
    }

    @Test
    void database_away_when_it_is_due_makes_it_late_and_it_fires_once() throws Exception {
        try (var server = RunningDevServer.start(work.resolve("data"), PostgresAwayTest.SHORT_LEASES);
                var postgres = new StoppablePostgres(work.resolve("data/postgres/data"))) {
            deploy(server);
            var actor = create(server, "");
            long due = in(3);
            set(server, actor, "{\"name\": \"a\", \"at\": %d}".formatted(due));
            set(server, actor, "{\"name\": \"tick\", \"cron\": \"* * * * * *\", \"timeZone\": \"Europe/Berlin\"}");

            postgres.stop();
            await().atMost(LONG).until(() -> Instant.now().toEpochMilli() > due + 2_000);
            postgres.start();

            await().atMost(LONG).until(() -> of(server, actor, "a").size() == 1);
            firedOnce(server, actor, due);
            server.destroy(actor);
        }
    }

    /** The control plane, the agent and the database at once; the actor lives on under its warden. */
    @Test
    void all_but_the_actor_away_when_it_is_due_makes_it_late_and_it_fires_once() throws Exception {
        var server = start();
        var actor = create(server, "");
        long due = in(3);
        set(server, actor, "{\"name\": \"a\", \"at\": %d}".formatted(due));
        set(server, actor, "{\"name\": \"tick\", \"cron\": \"* * * * * *\", \"timeZone\": \"Europe/Berlin\"}");
        server.kill();
        await().atMost(LONG).until(() -> Instant.now().toEpochMilli() > due + 2_000);

        try (var again = RunningDevServer.start(work.resolve("data"))) {
            await().atMost(LONG).until(() -> of(again, actor, "a").size() == 1);
            firedOnce(again, actor, due);
            again.destroy(actor);
            again.awaitState(actor, "destroyed");
            assertThat(alarms(again, actor)).isEmpty();
        }
    }

    @Test
    void an_actor_in_java_sets_them_and_hears_of_them() throws Exception {
        jar(RemindedActor.class, work.resolve("reminded.jar"));
        Files.writeString(work.resolve("rivet.json"), "{\"actors\": {\"reminded\": {\"jar\": \"reminded.jar\"}}}");
        try (var server = RunningDevServer.start(work.resolve("data"));
                var client = RivetClient.builder().endpoint(server.api()).build()) {
            var ran = server.rivet(work, "deploy");
            assertThat(ran.exitCode()).as(ran.errors()).isZero();
            var actor = server.create("""
                    {"tags": {}, "build_tags": {"name": "reminded", "current": "true"}, "lifecycle": {"durable": true},
                     "resources": {"cpu": 500, "memory": 256}}""");

            await().atMost(LONG).until(() -> counter(server, actor, "handled") == 1);

            var said = "once payload 1970-01-01T00:00:00Z 0 true";
            assertThat(entries(server, actor, "heard"))
                    .extracting(entry -> new String(
                            Base64.getDecoder().decode(entry.get("base64").stringValue()), StandardCharsets.UTF_8))
                    .containsExactly(said, said);
            assertThat(entries(server, actor, "id")).as("it was the same one").hasSize(1);
            await().atMost(LONG).until(() -> alarms(server, actor).equals(List.of("daily")));
            assertThat(server.rivet(work, "actor", "alarms", RunningDevServer.id(actor))
                            .output())
                    .contains("0 9 * * * (Europe/Berlin)");
            assertThat(client.actors().alarms(RunningDevServer.id(actor)))
                    .singleElement()
                    .satisfies(daily -> {
                        assertThat(daily.cron()).isEqualTo("0 9 * * *");
                        assertThat(daily.timeZone()).isEqualTo("Europe/Berlin");
                        assertThat(daily.every()).isEmpty();
                    });
            server.destroy(actor);
        }
    }

    private static void jar(Class<?> actor, Path to) throws Exception {
        var file = actor.getName().replace('.', '/') + ".class";
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Rivet-Actor", actor.getName());
        try (var out = new JarOutputStream(Files.newOutputStream(to), manifest);
                var in = Objects.requireNonNull(actor.getResourceAsStream(actor.getSimpleName() + ".class"))) {
            out.putNextEntry(new JarEntry(file));
            in.transferTo(out);
            out.closeEntry();
        }
    }

    private void firedOnce(RunningDevServer server, JsonNode actor, long due) throws Exception {
        await().atMost(LONG).until(() -> !alarms(server, actor).contains("a"));
        var once = of(server, actor, "a");
        assertThat(once).hasSize(1);
        assertThat(once.getFirst().get("scheduledAt").longValue()).isEqualTo(due);
        assertThat(once.getFirst().get("lateMs").longValue()).isGreaterThanOrEqualTo(2_000);

        await("its calendar goes on")
                .atMost(LONG)
                .until(() -> of(server, actor, "tick").stream()
                        .dropWhile(tick -> tick.get("missed").intValue() == 0)
                        .anyMatch(tick -> tick.get("missed").intValue() == 0));
        var ticks = of(server, actor, "tick");
        assertThat(ticks)
                .anySatisfy(tick -> assertThat(tick.get("missed").intValue()).isGreaterThanOrEqualTo(1));
        assertThat(ticks).extracting(tick -> tick.get("id")).doesNotHaveDuplicates();
        assertThat(ticks)
                .extracting(tick -> tick.get("scheduledAt").longValue())
                .doesNotHaveDuplicates();
    }

    private RunningDevServer start() throws Exception {
        var server = RunningDevServer.start(work.resolve("data"));
        deploy(server);
        return server;
    }

    private void deploy(RunningDevServer server) throws Exception {
        Files.writeString(work.resolve("alarms.js"), SCRIPT);
        Files.writeString(work.resolve("rivet.json"), "{\"actors\": {\"alarms\": {\"script\": \"alarms.js\"}}}");
        var ran = server.rivet(work, "deploy");
        assertThat(ran.exitCode()).as(ran.errors()).isZero();
    }

    private static JsonNode create(RunningDevServer server, String lifecycle) throws Exception {
        return server.create("""
                {"tags": {}, "build_tags": {"name": "alarms", "current": "true"}, "lifecycle": {"durable": true%s},
                 "network": {"wait_ready": true, "ports": {"http": {"protocol": "http"}}}}""".formatted(lifecycle));
    }

    private static JsonNode set(RunningDevServer server, JsonNode actor, String alarm) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(RunningDevServer.url(actor, "http")))
                .POST(HttpRequest.BodyPublishers.ofString(alarm))
                .build();
        var reply = server.http.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        return Wire.JSON.readTree(reply.body());
    }

    private static long in(int seconds) {
        return Instant.now().plusSeconds(seconds).toEpochMilli();
    }

    private static void awaitHeard(RunningDevServer server, JsonNode actor, int times) {
        await().atMost(LONG).until(() -> heard(server, actor).size() >= times);
    }

    private static List<JsonNode> of(RunningDevServer server, JsonNode actor, String name) throws Exception {
        return heard(server, actor).stream()
                .filter(each -> each.get("name").stringValue().equals(name))
                .toList();
    }

    /** In the order in which it heard of them. */
    private static List<JsonNode> heard(RunningDevServer server, JsonNode actor) throws Exception {
        return entries(server, actor, "heard").stream()
                .map(entry -> entry.get("json"))
                .toList();
    }

    /** None while the store is away. */
    private static List<JsonNode> entries(RunningDevServer server, JsonNode actor, String first) throws Exception {
        var prefix = URLEncoder.encode("[\"%s\"]".formatted(first), StandardCharsets.UTF_8);
        var path = "/actors/%s/kv?limit=1000&prefix=%s".formatted(RunningDevServer.id(actor), prefix);
        var reply = server.send("GET", path, null);
        return reply.statusCode() != 200
                ? List.of()
                : Wire.JSON.readTree(reply.body()).get("entries").valueStream().toList();
    }

    private static long counter(RunningDevServer server, JsonNode actor, String key) throws Exception {
        var name = URLEncoder.encode("\"%s\"".formatted(key), StandardCharsets.UTF_8);
        var reply = server.send("GET", "/actors/%s/kv/entry?key=%s".formatted(RunningDevServer.id(actor), name), null);
        return reply.statusCode() == 200
                ? Wire.JSON.readTree(reply.body()).get("entry").get("json").longValue()
                : 0;
    }

    private static List<String> alarms(RunningDevServer server, JsonNode actor) throws Exception {
        var reply = server.send("GET", "/actors/%s/alarms".formatted(RunningDevServer.id(actor)), null);
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        return Wire.JSON
                .readTree(reply.body())
                .get("alarms")
                .valueStream()
                .map(alarm -> alarm.get("name").stringValue())
                .toList();
    }
}
