package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import rivet.protocol.ActorId;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvAnswer;
import rivet.protocol.kv.KvBatch;
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
        var reply = answered("write", KvWire.joinBatches(List.of(batch)));
        return Optional.of(KvWire.split(reply).getFirst())
                .filter(bytes -> bytes.length > 0)
                .map(KvWire::split);
    }

    KvAnswer read(ActorId actor, long generation, long confirmed, KvRequest request) {
        var path = "%s/%d/%d/read".formatted(actor, generation, confirmed);
        var reply = answered(path, KvWire.join(List.of(KvWire.write(request))));
        return KvWire.answer(request, KvWire.split(reply).getFirst());
    }

    KvAnswer resumed(ActorId actor, long generation) {
        var reply = answered("%s/%d/resume".formatted(actor, generation), new byte[0]);
        return KvWire.answer(new KvRequest.Write(List.of(), List.of()), reply);
    }

    private byte[] answered(String path, byte[] body) {
        var reply = send(path, body);
        assertThat(reply.statusCode())
                .as(new String(reply.body(), StandardCharsets.UTF_8))
                .isEqualTo(200);
        return reply.body();
    }

    HttpResponse<byte[]> send(String path, byte[] body) {
        var request = HttpRequest.newBuilder(controlPlane.resolve("/link/kv/" + path))
                .header("authorization", "Bearer " + SimulatedAgent.TOKEN)
                .header("content-type", "application/octet-stream")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        return HTTP.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray()).join();
    }
}
