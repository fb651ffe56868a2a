package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.client.CreateActor;
import rivet.client.Port;
import rivet.client.RivetClient;
import rivet.protocol.Wire;

/** What is no HTTP is reached at an address of its own, which stays the actor's for as long as it lives. */
class TcpAndUdpPortsTest {

    private static final Duration LONG = Duration.ofSeconds(40);

    /** Repeats what it hears; on "die" it crashes. */
    private static final String ECHO = """
            import dgram from "node:dgram";
            export default { async start(ctx) {
              const socket = dgram.createSocket("udp4");
              socket.on("message", (data, from) => socket.send(`${ctx.metadata.actor.generation}: ${data}`, from.port, from.address));
              socket.bind(Number(Deno.env.get("PORT_GAME")), "127.0.0.1");
              console.log(ctx.metadata.network.ports.chat.url, ctx.metadata.network.ports.game.url);
              const listener = Deno.listen({ hostname: "127.0.0.1", port: Number(Deno.env.get("PORT_CHAT")) });
              for await (const connection of listener) {
                (async () => {
                  const buffer = new Uint8Array(1000);
                  for (let many; (many = await connection.read(buffer)) !== null;) {
                    if (new TextDecoder().decode(buffer.subarray(0, many)) === "die") Deno.exit(1);
                    await connection.write(buffer.subarray(0, many));
                  }
                  await connection.write(new TextEncoder().encode("bye"));
                  connection.close();
                })().catch(() => {});
              }
            } };
            """;

    @TempDir
    static Path work;

    static RunningDevServer server;
    static RivetClient client;

    @BeforeAll
    static void start() throws Exception {
        int first = ThreadLocalRandom.current().nextInt(10_000, 19_900);
        server = RunningDevServer.start(
                work.resolve("data"), Map.of("RIVET_INGRESS_PORTS", "%d-%d".formatted(first, first + 50)));
        client = RivetClient.builder().endpoint(server.api()).build();
        Files.writeString(work.resolve("echo.js"), ECHO);
        Files.writeString(work.resolve("rivet.json"), "{\"actors\": {\"echo\": {\"script\": \"echo.js\"}}}");
        var deployed = server.rivet(work, "deploy");
        assertThat(deployed.exitCode()).as(deployed.errors()).isZero();
    }

    @AfterAll
    static void stop() throws Exception {
        client.close();
        server.close();
    }

    @Test
    void an_actor_in_javascript_keeps_its_address_through_a_crash_and_an_upgrade_and_gives_it_back() throws Exception {
        var created = server.rivet(
                work,
                "actor",
                "create",
                "-t",
                "name=echo",
                "-p",
                "chat:tcp",
                "-p",
                "game:udp",
                "--durable",
                "--wait",
                "--json");
        assertThat(created.exitCode()).as(created.errors()).isZero();
        var actor = Wire.JSON.readTree(created.output()).get("actor");
        var chat = RunningDevServer.url(actor, "chat");
        var game = RunningDevServer.url(actor, "game");
        assertThat(chat).matches("127\\.0\\.0\\.1:1\\d{4}");
        assertThat(server.rivet(work, "actor", "get", RunningDevServer.id(actor))
                        .output())
                .contains("chat  tcp  " + chat, "game  udp  " + game);
        await().atMost(LONG)
                .until(() -> client.actors().logs(RunningDevServer.id(actor)).stream()
                        .anyMatch(line -> line.text().equals(chat + " " + game)));
        assertThat(said(chat, "hello")).isEqualTo("hellobye");
        await().atMost(LONG).until(() -> asked(game, "hello").equals("1: hello"));

        assertThat(said(chat, "die")).isEmpty();

        // Until its end is seen, the dying process may still be given a connection.
        await().atMost(LONG).until(() -> said(chat, "again").equals("againbye"));
        await().atMost(LONG).until(() -> asked(game, "again").equals("2: again"));
        var upgraded = server.rivet(work, "actor", "upgrade", RunningDevServer.id(actor), "-b", "name=echo", "--yes");
        assertThat(upgraded.exitCode()).as(upgraded.errors()).isZero();
        await().atMost(LONG).until(() -> asked(game, "anew").equals("3: anew"));
        assertThat(said(chat, "anew")).isEqualTo("anewbye");
        assertThat(RunningDevServer.url(server.actor(actor), "chat")).isEqualTo(chat);

        server.destroy(actor);
        server.awaitState(actor, "destroyed");
        await().atMost(LONG).until(() -> !isOpen(chat));
    }

    /** Its port speaks HTTP, which passes like any other bytes. */
    @Test
    void an_actor_in_java_is_reached_at_an_address_that_its_client_gives() throws Exception {
        server.deployExample("java-counter", work);
        var actor = client.actors()
                .createReady(
                        CreateActor.withBuildTags(Map.of("name", "java-counter", "current", "true"))
                                .tag("name", "java-counter")
                                .resources(500, 256)
                                .port("http", Port.tcp()),
                        LONG);
        var address = actor.address("http");

        var answer = said(
                address.getHostString() + ":" + address.getPort(),
                "GET / HTTP/1.1\r\nHost: counter\r\nConnection: close\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 200").contains("\"count\"");
        client.actors().destroy(actor.id());
    }

    /** All that is answered to these words and the end of all words; empty where there is none. */
    private static String said(String address, String words) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port(address))) {
            socket.setSoTimeout((int) LONG.toMillis());
            socket.getOutputStream().write(words.getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException _) {
            return ""; // cut off
        }
    }

    /** Empty where no answer comes soon: datagrams may be lost. */
    private static String asked(String address, String words) throws IOException {
        try (var socket = new DatagramSocket()) {
            socket.setSoTimeout(500);
            var bytes = words.getBytes(StandardCharsets.US_ASCII);
            socket.send(new DatagramPacket(
                    bytes, bytes.length, new InetSocketAddress(InetAddress.getLoopbackAddress(), port(address))));
            var answer = new DatagramPacket(new byte[1000], 1000);
            socket.receive(answer);
            return new String(answer.getData(), 0, answer.getLength(), StandardCharsets.US_ASCII);
        } catch (SocketTimeoutException _) {
            return "";
        }
    }

    private static boolean isOpen(String address) {
        try (var _ = new Socket(InetAddress.getLoopbackAddress(), port(address))) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private static int port(String address) {
        return Integer.parseInt(address.substring(address.indexOf(':') + 1));
    }
}
