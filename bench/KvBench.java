import java.io.DataInputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoublePredicate;

/**
 * Writes of actors' stores that are committed, a second: in JavaScript, and over the sockets of many actors; beside single-row upserts of
 * clients that talk to the same Postgres themselves.
 */
final class KvBench {

    private static final int ROUNDS = 3;
    private static final long ROUND_MS = 2_000;
    private static final int ACTORS = 100;

    /** As many as the dev server's Postgres has room for beside the server's own. */
    private static final int CLIENTS = 32;

    /** So that all of them fit; what a JavaScript actor gets is fixed. */
    private static final String SMALL = "\"resources\": {\"cpu\": 10, \"memory\": 16},";

    private static final String SCRIPT = """
            export default {
              async start({ kv, signal }) {
                Deno.serve({ port: Number(Deno.env.get("PORT_HTTP")), signal, onListen() {} }, async (request) => {
                  const { pathname, searchParams } = new URL(request.url);
                  const atOnce = Number(searchParams.get("at_once")), end = performance.now() + Number(searchParams.get("ms"));
                  const times = [];
                  const one = async (key) => {
                    for (let i = 0; performance.now() < end; i++) {
                      const began = performance.now();
                      await (pathname.endsWith("get") ? kv.get(["n", key]) : kv.put(["n", key], i));
                      times.push(performance.now() - began);
                    }
                  };
                  const began = performance.now();
                  await Promise.all(Array.from({ length: atOnce }, (_, key) => one(key)));
                  times.sort((a, b) => a - b);
                  const at = (part) => times[Math.floor(part * (times.length - 1))];
                  return Response.json({ perSecond: times.length * 1000 / (performance.now() - began), p50: at(0.5), p99: at(0.99) });
                });
              },
            };
            """;

    static List<Row> measure() throws Exception {
        var data = Dev.temporary("kv").resolve("data");
        try (var dev = Dev.start(data); var database = connect(data)) {
            run(database, "create table raw_upsert (id bigint primary key, value bytea not null)");
            deploy(dev);
            var script = "/" + create(dev, "kv", "", "\"http\": {\"protocol\": \"http\"}") + "-http/";
            var sockets = sockets(dev);
            inScript(dev, script, "put", 1);
            overSockets(sockets);
            var one = new Rounds();
            var piped = new Rounds();
            var got = new Rounds();
            var many = new Rounds();
            var asMany = new Rounds();
            var rawOne = new Rounds();
            var rawMany = new Rounds();
            for (int round = 0; round < ROUNDS; round++) {
                one.add(inScript(dev, script, "put", 1));
                piped.add(inScript(dev, script, "put", 100));
                got.add(inScript(dev, script, "get", 1));
                many.add(overSockets(sockets));
                asMany.add(overSockets(sockets.subList(0, CLIENTS)));
                rawOne.add(raw(data, 1));
                rawMany.add(raw(data, CLIENTS));
            }
            var single = "upserts of 1 client of Postgres";
            var clients = "upserts of %d clients of Postgres".formatted(CLIENTS);
            var rows = new ArrayList<Row>();
            rows.addAll(rows("kv.put, committed, 1 actor, one at a time", one, rawOne, single, ">= 0.7 x", ratio -> ratio >= 0.7));
            rows.addAll(rows("kv.put, committed, 1 actor, 100 at once", piped, rawOne, single, "told", _ -> true));
            rows.addAll(rows("kv.get, 1 actor, one at a time", got, rawOne, single, "told", _ -> true));
            rows.addAll(rows("kv put, committed, 100 actors, one at a time each", many, rawMany, clients, ">= 3 x", ratio -> ratio >= 3));
            rows.addAll(rows("kv put, committed, %d actors, one at a time each".formatted(CLIENTS), asMany, rawMany, clients, "told", _ -> true));
            return rows;
        }
    }

    private static List<Row> rows(String what, Rounds ours, Rounds raw, String reference, String goal, DoublePredicate met) {
        return List.of(
                Row.relative(what, ours.perSecond, raw.perSecond, reference, "/s", goal, met),
                Row.absolute(what + ", p50", ours.p50, raw.p50, reference + ", p50", "ms", "told", _ -> true),
                Row.absolute(what + ", p99", ours.p99, raw.p99, reference + ", p99", "ms", "told", _ -> true));
    }

    private static final class Rounds {
        final List<Double> perSecond = new ArrayList<>();
        final List<Double> p50 = new ArrayList<>();
        final List<Double> p99 = new ArrayList<>();

        void add(ClosedLoop.Figures figures) {
            perSecond.add(figures.perSecond());
            p50.add(figures.p50());
            p99.add(figures.p99());
        }
    }

    private static void deploy(Dev dev) throws Exception {
        var folder = Dev.temporary("kv-actors");
        Files.writeString(folder.resolve("kv.js"), SCRIPT);
        var start = Files.writeString(Files.createDirectory(folder.resolve("idle")).resolve("start"), "#!/bin/sh\nexec sleep 1000000\n");
        Files.setPosixFilePermissions(start, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(folder.resolve("rivet.json"), """
                {"actors": {"kv": {"script": "kv.js"}, "idle": {"executable": "idle"}}}""");
        dev.rivet(folder, "deploy");
    }

    private static String create(Dev dev, String build, String resources, String ports) throws IOException {
        return dev.create("""
                {"tags": {}, "build_tags": {"name": "%s", "current": "true"}, %s
                 "network": {"wait_ready": true, "ports": {%s}}}""".formatted(build, resources, ports)).get("id").stringValue();
    }

    /** Of actors that do nothing: this program uses their stores. */
    private static List<Path> sockets(Dev dev) throws Exception {
        var sockets = new ArrayList<Path>();
        for (int i = 0; i < ACTORS; i++) {
            sockets.add(socket(create(dev, "idle", SMALL, "")));
        }
        return sockets;
    }

    private static Path socket(String actor) throws Exception {
        for (int tries = 0; tries < 200; tries++) {
            for (var process : ProcessHandle.allProcesses().toList()) {
                var environment = environment(process.pid());
                if (environment.contains("RIVET_ACTOR_ID=" + actor) && environment.contains("RIVET_KV_SOCKET=")) {
                    return Path.of(environment.replaceAll("(?s).*RIVET_KV_SOCKET=([^\\x00]*).*", "$1"));
                }
            }
            Thread.sleep(50);
        }
        throw new IOException("actor " + actor + " has no process");
    }

    private static String environment(long process) {
        try {
            return Files.readString(Path.of("/proc/%d/environ".formatted(process)), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    private static ClosedLoop.Figures inScript(Dev dev, String actor, String what, int atOnce) throws Exception {
        var reply = Http.get(dev.proxyPort, "%s%s?at_once=%d&ms=%d".formatted(actor, what, atOnce, ROUND_MS));
        if (reply.status() != 200) {
            throw new IOException(reply.toString());
        }
        var json = Dev.JSON.readTree(reply.body());
        return new ClosedLoop.Figures(json.get("perSecond").asDouble(), json.get("p50").asDouble(), json.get("p99").asDouble());
    }

    private static ClosedLoop.Figures overSockets(List<Path> sockets) throws Exception {
        return ClosedLoop.run(sockets.size(), ROUND_MS, number -> {
            var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(UnixDomainSocketAddress.of(sockets.get(number)));
            var in = new DataInputStream(Channels.newInputStream(channel));
            return new ClosedLoop.Client() {
                @Override
                public void ask(long n) throws IOException {
                    channel.write(put(n));
                    var answer = in.readNBytes(in.readInt());
                    if (answer[4] != 0) {
                        throw new IOException("refused: " + new String(answer, 9, answer.length - 9, StandardCharsets.UTF_8));
                    }
                }

                @Override
                public void close() throws IOException {
                    channel.close();
                }
            };
        });
    }

    /** One frame: a write without checks, that puts 21 bytes under one key. */
    private static ByteBuffer put(long n) {
        byte[] key = {0x20, 'n', 0x00};
        byte[] value = ("\0" + "value %14d".formatted(n)).getBytes(StandardCharsets.UTF_8);
        int length = 4 + 1 + 2 + 2 + 1 + 4 + key.length + 4 + value.length;
        return ByteBuffer.allocate(4 + length).putInt(length).putInt((int) n).put((byte) 3).putShort((short) 0).putShort((short) 1)
                .put((byte) 1).putInt(key.length).put(key).putInt(value.length).put(value).flip();
    }

    private static ClosedLoop.Figures raw(Path data, int clients) throws Exception {
        return ClosedLoop.run(clients, ROUND_MS, number -> {
            var connection = connect(data);
            var upsert = connection.prepareStatement("insert into raw_upsert values (?, ?) on conflict (id) do update set value = excluded.value");
            return new ClosedLoop.Client() {
                @Override
                public void ask(long n) throws Exception {
                    upsert.setLong(1, number);
                    upsert.setBytes(2, "value %15d".formatted(n).getBytes(StandardCharsets.UTF_8));
                    upsert.executeUpdate();
                }

                @Override
                public void close() throws Exception {
                    connection.close();
                }
            };
        });
    }

    private static Connection connect(Path data) throws Exception {
        var lines = Files.readAllLines(data.resolve("postgres/data/postmaster.pid"));
        var password = Files.readString(data.resolve("postgres/password")).strip();
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:%s/postgres".formatted(lines.get(3).strip()), "postgres", password);
    }

    private static void run(Connection database, String sql) throws Exception {
        try (var statement = database.createStatement()) {
            statement.execute(sql);
        }
    }

    private KvBench() {}
}
