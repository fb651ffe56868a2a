package rivet.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32;

/** An actor that repeats what it hears, and when the client has ended says one word more. */
final class EchoScript {

    static final String LAST_WORD = "bye";

    private static final int MEGABYTE = 1 << 20;

    private EchoScript() {}

    static void serve(RawConnection connection) throws IOException {
        connection.in().transferTo(connection.out());
        connection.send(LAST_WORD);
    }

    /** Sends while it reads, ends its own side, and has heard every byte and then the last word. */
    static void exchange(RawConnection client, int megabytes) throws IOException {
        var sent = new CRC32();
        var sending = CompletableFuture.runAsync(() -> send(client, megabytes, sent));
        var heard = new CRC32();
        for (int i = 0; i < megabytes; i++) {
            var part = client.in().readNBytes(MEGABYTE);
            assertThat(part).as("part %d of %d", i, megabytes).hasSize(MEGABYTE);
            heard.update(part);
        }
        sending.join();
        assertThat(heard.getValue()).isEqualTo(sent.getValue());
        assertThat(new String(client.in().readAllBytes(), StandardCharsets.US_ASCII))
                .isEqualTo(LAST_WORD);
    }

    private static void send(RawConnection client, int megabytes, CRC32 sent) {
        var random = new Random(5);
        var part = new byte[MEGABYTE];
        try {
            for (int i = 0; i < megabytes; i++) {
                random.nextBytes(part);
                sent.update(part);
                client.send(part);
            }
            client.finishSending();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
