package rivet.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static rivet.agent.proxy.FrameText.SWITCHING;
import static rivet.agent.proxy.FrameText.close;
import static rivet.agent.proxy.FrameText.masked;
import static rivet.agent.proxy.FrameText.ping;
import static rivet.agent.proxy.FrameText.read;
import static rivet.agent.proxy.FrameText.readText;
import static rivet.agent.proxy.FrameText.text;
import static rivet.agent.proxy.ProxyUnderTest.ACTOR;
import static rivet.agent.proxy.TwoProxies.OWNER;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rivet.agent.proxy.ActorRoute.Status;

/** The agent that a client is connected to keeps its socket, also where the actor runs on another one. */
@Timeout(60)
@SuppressWarnings("try") // connections end in the middle of a story
class HibernationHopTest {

    private static RawActor echoing(String name) {
        return RawActor.recording((connection, _) -> {
            connection.send(SWITCHING);
            while (true) {
                connection.send(text(name + ":" + read(connection).payload()));
            }
        });
    }

    private static RawConnection opened(TwoProxies both) throws IOException {
        RawConnection client = both.connect();
        client.send(
                ProxyUnderTest.get("/")
                        .replace(
                                "\r\n\r\n",
                                "\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"));
        assertThat(client.readHead()).contains("101").doesNotContain("x-rivet");
        return client;
    }

    @Test
    void a_process_elsewhere_is_followed_by_the_next_one_there() throws IOException {
        try (RawActor first = echoing("first");
                RawActor second = echoing("second");
                TwoProxies both = TwoProxies.start()) {
            both.owner.hibernating(1, Status.READY, first.port());
            try (RawConnection client = opened(both)) {
                client.send(masked(text("a")));
                assertThat(readText(client)).isEqualTo("first:a");
                client.send(masked(ping("there?")));
                assertThat(read(client).isPong("there?")).isTrue();

                both.says("restarting", OWNER, 1, both.owner.hopAddress());
                both.owner.hibernating(1, Status.STOPPING, 0);
                first.close();
                await().until(() -> both.first.proxy().hibernatingSockets() == 1);
                both.owner.hibernating(2, Status.READY, second.port());
                both.runs(2);
                client.send(masked(text("b")) + masked(text("c")));

                assertThat(readText(client)).isEqualTo("second:b");
                assertThat(readText(client)).isEqualTo("second:c");
                client.send(masked(text("d")));
                assertThat(readText(client)).as("nothing was told twice").isEqualTo("second:d");
                String before = first.heads().getFirst();
                assertThat(before).contains("x-rivet-websocket-id: ").doesNotContain("resumed", "deflate");
                assertThat(second.heads().getFirst())
                        .isEqualTo(
                                before.replace("\r\nrvt-ray-id", "\r\nx-rivet-websocket-resumed: true\r\nrvt-ray-id"));
            }
        }
    }

    @Test
    void an_actor_that_comes_to_the_agent_of_its_client_is_found_there() throws IOException {
        try (RawActor there = echoing("there");
                RawActor here = echoing("here");
                TwoProxies both = TwoProxies.start()) {
            both.owner.hibernating(1, Status.READY, there.port());
            try (RawConnection client = opened(both)) {
                client.send(masked(text("a")));
                assertThat(readText(client)).isEqualTo("there:a");

                both.owner.routes().remove(ACTOR);
                there.close();
                await().until(() -> both.first.proxy().hibernatingSockets() == 1);
                both.first.hibernating(2, Status.READY, here.port());
                client.send(masked(text("b")));

                assertThat(readText(client)).isEqualTo("here:b");
            }
        }
    }

    @Test
    void an_actor_elsewhere_that_closes_the_socket_has_closed_it() throws IOException {
        try (RawActor actor = RawActor.recording((connection, _) -> {
                    connection.send(SWITCHING + close(1000));
                    read(connection);
                });
                TwoProxies both = TwoProxies.start()) {
            both.owner.hibernating(1, Status.READY, actor.port());
            try (RawConnection client = opened(both)) {
                assertThat(read(client).isClose(1000, "")).isTrue();
                client.send(masked(close(1000)));
                assertThat(client.ended()).isTrue();
            }
        }
    }
}
