package rivet.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static rivet.agent.proxy.FrameText.SWITCHING;
import static rivet.agent.proxy.FrameText.begins;
import static rivet.agent.proxy.FrameText.close;
import static rivet.agent.proxy.FrameText.ends;
import static rivet.agent.proxy.FrameText.masked;
import static rivet.agent.proxy.FrameText.ping;
import static rivet.agent.proxy.FrameText.read;
import static rivet.agent.proxy.FrameText.readText;
import static rivet.agent.proxy.FrameText.text;
import static rivet.agent.proxy.ProxyUnderTest.ACTOR;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rivet.agent.proxy.ActorRoute.Status;
import rivet.protocol.link.ActorLocation;

/** A client's WebSocket stays where its actor's process goes, and what it says meanwhile comes to the next one. */
@Timeout(60)
@SuppressWarnings("try") // connections end in the middle of a story
class HibernationTest {

    /** An actor that repeats what it hears, after its name. */
    private static RawActor echoing(String name) {
        return RawActor.recording((connection, _) -> {
            connection.send(SWITCHING);
            while (true) {
                FrameText.Frame heard = read(connection);
                connection.send(heard.opcode() == Frames.CLOSE ? close(1000) : text(name + ":" + heard.payload()));
            }
        });
    }

    private static ProxyUnderTest proxy(RawActor actor) {
        ProxyUnderTest proxy = ProxyUnderTest.start().hibernating(1, Status.READY, actor.port());
        proxy.locate(ACTOR, new ActorLocation(ACTOR, "restarting", null, null));
        return proxy;
    }

    @Test
    void what_came_while_the_actor_was_away_is_told_to_its_next_process_in_order() throws IOException {
        try (RawActor first = echoing("first");
                RawActor second = echoing("second");
                ProxyUnderTest proxy = proxy(first);
                RawConnection client = opened(proxy)) {
            client.send(masked(text("a")));
            assertThat(readText(client)).isEqualTo("first:a");

            proxy.hibernating(1, Status.STOPPING, 0);
            first.close();
            awaitHibernation(proxy);
            client.send(masked(text("b")) + masked(text("c")));
            client.send(masked(begins("d")) + masked(ends("e")));
            proxy.hibernating(2, Status.READY, second.port());

            assertThat(readText(client)).isEqualTo("second:b");
            assertThat(readText(client)).isEqualTo("second:c");
            assertThat(readText(client)).isEqualTo("second:d");
            assertThat(readText(client)).isEqualTo("second:e");
            client.send(masked(text("f")));
            assertThat(readText(client)).as("nothing was told twice").isEqualTo("second:f");
        }
    }

    @Test
    void both_processes_hear_of_the_same_connection_and_the_second_that_it_is_not_new() throws IOException {
        try (RawActor first = echoing("first");
                RawActor second = echoing("second");
                ProxyUnderTest proxy = proxy(first);
                RawConnection client = opened(
                        proxy,
                        "Sec-WebSocket-Extensions: permessage-deflate\r\nx-rivet-websocket-id: mine\r\nx-rivet-websocket-resumed: true\r\n")) {
            restart(proxy, first, second);
            client.send(masked(text("a")));
            assertThat(readText(client)).isEqualTo("second:a");

            String before = first.heads().getFirst();
            String after = second.heads().getFirst();
            assertThat(before).contains("x-rivet-websocket-id: ").doesNotContain("resumed", "mine", "deflate");
            assertThat(after)
                    .isEqualTo(before.replace("\r\nrvt-ray-id", "\r\nx-rivet-websocket-resumed: true\r\nrvt-ray-id"));
        }
    }

    @Test
    void a_message_wakes_an_actor_that_sleeps_and_a_ping_does_not() throws IOException {
        try (RawActor first = echoing("first");
                RawActor second = echoing("second");
                ProxyUnderTest proxy = proxy(first);
                RawConnection client = opened(proxy)) {
            proxy.routes().remove(ACTOR);
            proxy.locate(ACTOR, new ActorLocation(ACTOR, "starting", null, null));
            first.close();
            awaitHibernation(proxy);
            int before = proxy.lookups();

            client.send(masked(ping("there?")));
            assertThat(read(client).isPong("there?")).isTrue();
            assertThat(proxy.lookups()).isEqualTo(before);

            client.send(masked(text("wake")));
            await().until(() -> proxy.lookups() > before);
            proxy.hibernating(2, Status.READY, second.port());
            assertThat(readText(client)).isEqualTo("second:wake");
        }
    }

    @Test
    void an_actor_that_runs_again_can_speak_first() throws IOException {
        try (RawActor first = echoing("first");
                RawActor second = RawActor.recording((connection, _) -> {
                    connection.send(SWITCHING + text("here again"));
                    read(connection);
                });
                ProxyUnderTest proxy = proxy(first);
                RawConnection client = opened(proxy)) {
            restart(proxy, first, second);
            assertThat(readText(client)).isEqualTo("here again");
        }
    }

    @Test
    void a_process_that_was_told_to_end_gets_nothing_new_and_may_still_speak() throws IOException {
        try (RawActor first = RawActor.recording((connection, _) -> {
                    connection.send(SWITCHING + text("before"));
                    connection.send(text("heard:" + readText(connection)));
                });
                RawActor second = echoing("second");
                ProxyUnderTest proxy = proxy(first);
                RawConnection client = opened(proxy)) {
            assertThat(readText(client)).isEqualTo("before");
            proxy.hibernating(1, Status.STOPPING, 0);
            client.send(masked(ping("told?"))); // its event loop has heard of it when it has answered
            assertThat(read(client).isPong("told?")).isTrue();
            client.send(masked(text("for the next")));
            proxy.hibernating(2, Status.STARTING, 0);
            first.closeConnections();
            proxy.hibernating(2, Status.READY, second.port());
            assertThat(readText(client)).isEqualTo("second:for the next");
        }
    }

    @Test
    void an_actor_that_says_it_goes_away_is_waited_for() throws IOException {
        try (RawActor first = closing(1001);
                RawActor second = echoing("second");
                ProxyUnderTest proxy = proxy(first);
                RawConnection client = opened(proxy)) {
            client.send(masked(text("go")));
            awaitHibernation(proxy);
            proxy.hibernating(2, Status.READY, second.port());
            client.send(masked(text("a")));
            assertThat(readText(client)).isEqualTo("second:a");
        }
    }

    @Test
    void an_actor_that_closes_the_socket_has_closed_it() throws IOException {
        try (RawActor actor = closing(1000);
                ProxyUnderTest proxy = proxy(actor);
                RawConnection client = opened(proxy)) {
            client.send(masked(text("go")));
            assertThat(read(client).isClose(1000, "")).isTrue();
            assertThat(client.ended()).isTrue();
        }
    }

    private static RawActor closing(int code) {
        return RawActor.recording((connection, _) -> {
            connection.send(SWITCHING);
            read(connection);
            connection.send(close(code));
            connection.close();
        });
    }

    @Test
    void a_client_that_closes_is_answered_by_the_actor_or_in_its_place() throws IOException {
        try (RawActor actor = echoing("first");
                ProxyUnderTest proxy = proxy(actor)) {
            try (RawConnection client = opened(proxy)) {
                client.send(masked(close(1000)));
                assertThat(read(client).isClose(1000, "")).isTrue();
            }
            try (RawConnection client = opened(proxy)) {
                proxy.hibernating(1, Status.STOPPING, 0);
                actor.close();
                awaitHibernation(proxy);
                client.send(masked(close(4000)));
                assertThat(read(client).isClose(4000, "")).isTrue();
                assertThat(client.ended()).isTrue();
            }
        }
    }

    @Test
    void a_short_frame_that_was_cut_is_not_told_and_a_long_one_ends_the_socket() throws IOException {
        String cut = text("never whole");
        try (RawActor first = saying(text("whole") + cut.substring(0, 5));
                RawActor second = saying(
                        text("again") + text("x".repeat(Frames.SHORT + 1)).substring(0, 500));
                ProxyUnderTest proxy = proxy(first);
                RawConnection client = opened(proxy)) {
            assertThat(readText(client)).isEqualTo("whole");
            restart(proxy, first, second);
            assertThat(readText(client)).isEqualTo("again");
            second.close();
            assertThat(client.readAll()).hasSize(500);
        }
    }

    @Test
    void a_message_that_was_cut_between_its_frames_ends_the_socket_with_a_word() throws IOException {
        try (RawActor actor = saying(begins("the first half"));
                ProxyUnderTest proxy = proxy(actor);
                RawConnection client = opened(proxy)) {
            assertThat(read(client).last()).isFalse();
            actor.close();
            assertThat(read(client).isClose(1012, "message_cut")).isTrue();
        }
    }

    private static RawActor saying(String words) {
        return RawActor.recording((connection, _) -> {
            connection.send(SWITCHING + words);
            read(connection);
        });
    }

    @Test
    void a_message_that_was_told_in_part_is_told_again_whole() throws IOException {
        try (RawActor first = RawActor.recording((connection, _) -> {
                    connection.send(SWITCHING);
                    connection.send(text("got:" + read(connection).payload()));
                    read(connection);
                });
                RawActor second = echoing("second");
                ProxyUnderTest proxy = proxy(first);
                RawConnection client = opened(proxy)) {
            client.send(masked(begins("one")));
            assertThat(readText(client)).isEqualTo("got:one");
            restart(proxy, first, second);
            client.send(masked(ends("two")));
            assertThat(readText(client)).isEqualTo("second:one");
            assertThat(readText(client)).isEqualTo("second:two");
        }
    }

    @Test
    void a_client_that_says_too_much_meanwhile_is_not_read_on_and_loses_nothing() throws Exception {
        int many = 600;
        String message = "x".repeat(2_000);
        try (RawActor first = echoing("first");
                RawActor second = echoing("second");
                ProxyUnderTest proxy = proxy(first);
                RawConnection client = opened(proxy)) {
            proxy.hibernating(1, Status.STOPPING, 0);
            first.close();
            awaitHibernation(proxy);
            Thread talking = Thread.ofVirtual().start(() -> {
                try {
                    for (int i = 0; i < many; i++) {
                        client.send(masked(text(i + message)));
                    }
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            proxy.hibernating(2, Status.READY, second.port());
            for (int i = 0; i < many; i++) {
                assertThat(readText(client)).isEqualTo("second:" + i + message);
            }
            talking.join();
        }
    }

    @Test
    void a_next_process_that_opens_no_socket_ends_it() throws IOException {
        try (RawActor first = echoing("first");
                RawActor second = RawActor.answering("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
                ProxyUnderTest proxy = proxy(first);
                RawConnection client = opened(proxy)) {
            restart(proxy, first, second);
            assertThat(read(client).isClose(1011, "not_resumed")).isTrue();
        }
    }

    @Test
    void a_next_process_that_speaks_another_protocol_ends_it() throws IOException {
        try (RawActor first = echoing("first");
                RawActor second = RawActor.recording((connection, _) -> {
                    connection.send(SWITCHING.replace("\r\n\r\n", "\r\nSec-WebSocket-Protocol: v2\r\n\r\n"));
                    read(connection);
                });
                ProxyUnderTest proxy = proxy(first);
                RawConnection client = opened(proxy)) {
            restart(proxy, first, second);
            assertThat(read(client).isClose(1011, "not_resumed")).isTrue();
        }
    }

    @Test
    void an_actor_that_is_not_back_in_time_is_not_waited_for_longer() throws IOException {
        try (RawActor first = echoing("first");
                ProxyUnderTest proxy = ProxyUnderTest.start(
                                ProxyUnderTest.times(times -> times.withHold(Duration.ofMillis(300))))
                        .hibernating(1, Status.READY, first.port());
                RawConnection client = opened(proxy)) {
            proxy.hibernating(1, Status.CRASHED, 0);
            first.close();
            client.send(masked(text("anybody?")));
            assertThat(read(client).isClose(1013, "actor_not_back")).isTrue();
        }
    }

    @Test
    void an_actor_that_was_destroyed_meanwhile_is_not_waited_for() throws IOException {
        try (RawActor first = echoing("first");
                ProxyUnderTest proxy = proxy(first);
                RawConnection client = opened(proxy)) {
            proxy.routes().remove(ACTOR);
            proxy.locate(ACTOR, new ActorLocation(ACTOR, "destroyed", null, null));
            first.close();
            client.send(masked(text("anybody?")));
            assertThat(read(client).isClose(1001, "actor_destroyed")).isTrue();
        }
    }

    @Test
    void an_agent_that_stops_ends_what_hibernates_there() throws IOException {
        try (RawActor actor = echoing("first")) {
            RawConnection client;
            try (ProxyUnderTest proxy = proxy(actor)) {
                client = opened(proxy);
                actor.close();
                awaitHibernation(proxy);
            }
            try (client) {
                assertThat(read(client).isClose(1012, "shutting_down")).isTrue();
            }
        }
    }

    @Test
    void an_open_socket_is_use_only_while_something_is_said() throws IOException {
        try (RawActor actor = echoing("first");
                ProxyUnderTest proxy = proxy(actor);
                RawConnection client = opened(proxy)) {
            client.send(masked(text("a")));
            assertThat(readText(client)).isEqualTo("first:a");
            await().until(() -> quiet(proxy) > TimeUnit.MILLISECONDS.toNanos(50));
            client.send(masked(ping("")));
            assertThat(read(client).isPong("")).isTrue();
            assertThat(quiet(proxy)).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(50));
            long before = System.nanoTime();
            client.send(masked(text("b")));
            assertThat(readText(client)).isEqualTo("first:b");
            assertThat(quiet(proxy)).isLessThan(System.nanoTime() - before);
        }
    }

    private static long quiet(ProxyUnderTest proxy) {
        return proxy.proxy().quietNanos(ACTOR, 1);
    }

    /** The process ends, and its successor is there. */
    private static void restart(ProxyUnderTest proxy, RawActor first, RawActor second) throws IOException {
        proxy.hibernating(1, Status.STOPPING, 0);
        first.close();
        awaitHibernation(proxy);
        proxy.hibernating(2, Status.READY, second.port());
    }

    private static void awaitHibernation(ProxyUnderTest proxy) {
        await().until(() -> proxy.proxy().hibernatingSockets() == 1);
    }

    private static RawConnection opened(ProxyUnderTest proxy) throws IOException {
        return opened(proxy, "");
    }

    private static RawConnection opened(ProxyUnderTest proxy, String fields) throws IOException {
        RawConnection client = proxy.connect();
        client.send(ProxyUnderTest.get("/room?seat=1")
                .replace("\r\n\r\n", "\r\nConnection: upgrade\r\nUpgrade: websocket\r\n" + fields + "\r\n"));
        assertThat(client.readHead()).contains("101");
        return client;
    }
}
