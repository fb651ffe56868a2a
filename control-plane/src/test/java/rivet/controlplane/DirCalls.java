package rivet.controlplane;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;
import rivet.protocol.ActorId;

/** What an agent asks the control plane for its actors' directories. */
record DirCalls(Api api) {

    /** @return {@code keep …, checkpoint …}, or the problem's code */
    String open(ActorId actor, long generation, long held) {
        var answer = api.send(
                request("%s/%d/open?held=%d".formatted(actor, generation, held)).POST(BodyPublishers.noBody()));
        if (answer.status() != 200) {
            return answer.code();
        }
        var checkpoint = answer.body().path("checkpoint");
        return "keep %s, checkpoint %s"
                .formatted(
                        answer.text("/keep"),
                        checkpoint.isObject()
                                ? "%s of %s bytes"
                                        .formatted(
                                                answer.text("/checkpoint/number"),
                                                answer.text("/checkpoint/size_bytes"))
                                : "none");
    }

    /** @return the checkpoint's number, or the problem's code */
    String take(ActorId actor, long generation, UUID id, String cause, byte[] bytes) {
        return take(actor, generation, id, cause, bytes, sha256(bytes), bytes.length);
    }

    String take(ActorId actor, long generation, UUID id, String cause, byte[] bytes, String sha256, long size) {
        return take(actor, generation, id, cause, BodyPublishers.ofByteArray(bytes), sha256, size);
    }

    String take(ActorId actor, long generation, UUID id, String cause, BodyPublisher bytes, String sha256, long size) {
        return number(request("%s/%d/checkpoints/%s?cause=%s&size=%d&content=9&sha256=%s"
                        .formatted(actor, generation, id, cause, size, sha256))
                .header("content-type", "application/octet-stream")
                .PUT(bytes));
    }

    /** Of an actor without a directory. */
    String takeStore(ActorId actor, long generation, UUID id) {
        return number(
                request("%s/%d/checkpoints/%s".formatted(actor, generation, id)).POST(BodyPublishers.noBody()));
    }

    byte[] content(ActorId actor, long number) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            var request = request("%s/checkpoints/%d/content".formatted(actor, number));
            return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray())
                    .body();
        }
    }

    HttpRequest.Builder request(String path) {
        return api.request("/link/dirs/" + path).header("authorization", "Bearer " + SimulatedAgent.TOKEN);
    }

    private String number(HttpRequest.Builder request) {
        var answer = api.send(request);
        return answer.status() == 200 ? answer.text("/number") : answer.code();
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
