package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import rivet.protocol.ActorId;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvAnswer;
import rivet.protocol.kv.KvBatch;
import rivet.protocol.kv.KvCall;
import rivet.protocol.kv.KvCall.Question;
import rivet.protocol.kv.KvReply;
import rivet.protocol.kv.KvRequest;
import rivet.protocol.kv.KvWire;

/** What an agent asks the control plane for its actors' stores. */
record StoreCalls(URI controlPlane) {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    KvAnswer write(ActorId actor, long generation, long number, long confirmed, KvRequest request) {
        var message = new Bytes(KvWire.join(List.of(KvWire.write(request))));
        var answers = batch(new KvBatch(actor, generation, number, confirmed, message));
        return KvWire.answer(request, answers.getFirst());
    }

    /** Asks until it is known what became of it, as an agent does. */
    List<byte[]> batch(KvBatch batch) {
        return await().atMost(SOON)
                .until(() -> written(batch), Optional::isPresent)
                .orElseThrow();
    }

    private Optional<List<byte[]>> written(KvBatch batch) {
        return Optional.of(written(List.of(batch)).getFirst())
                .filter(bytes -> bytes.length > 0)
                .map(KvWire::split);
    }

    /** @return what is answered to each, joined; nothing where nobody knows */
    List<byte[]> written(List<KvBatch> batches) {
        return KvWire.split(answered(new Question.Write(batches)));
    }

    KvAnswer read(ActorId actor, long generation, long confirmed, KvRequest request) {
        var message = new Bytes(KvWire.join(List.of(KvWire.write(request))));
        var reply = answered(new Question.Read(actor, generation, confirmed, message));
        return KvWire.answer(request, KvWire.split(reply).getFirst());
    }

    KvAnswer resumed(ActorId actor, long generation) {
        return KvWire.answer(
                new KvRequest.Write(List.of(), List.of()), answered(new Question.Resume(actor, generation)));
    }

    private byte[] answered(Question question) {
        var reply = ask(question);
        assertThat(reply.answered())
                .as(new String(reply.bytes().array(), StandardCharsets.UTF_8))
                .isTrue();
        return reply.bytes().array();
    }

    KvReply ask(Question question) {
        var ears = new Ears();
        var socket = HTTP.newWebSocketBuilder()
                .header("authorization", "Bearer " + SimulatedAgent.TOKEN)
                .buildAsync(URI.create("ws://" + controlPlane.getAuthority() + "/link/kv"), ears)
                .join();
        try {
            socket.sendBinary(ByteBuffer.wrap(KvWire.write(new KvCall(1, question))), true)
                    .join();
            return KvWire.reply(
                    ears.heard.orTimeout(SOON.toSeconds(), TimeUnit.SECONDS).join());
        } finally {
            socket.abort();
        }
    }

    private static final class Ears implements WebSocket.Listener {

        final CompletableFuture<byte[]> heard = new CompletableFuture<>();
        private final ByteArrayOutputStream message = new ByteArrayOutputStream();

        @Override
        public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            var part = new byte[data.remaining()];
            data.get(part);
            message.writeBytes(part);
            if (last) {
                heard.complete(message.toByteArray());
            }
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            heard.completeExceptionally(new IOException(code + " " + reason));
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            heard.completeExceptionally(error);
        }
    }
}
