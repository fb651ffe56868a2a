package rivet.controlplane.kv;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import rivet.controlplane.web.Problem;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvAnswer;
import rivet.protocol.kv.KvAnswer.Code;
import rivet.protocol.kv.KvAnswer.Refused;
import rivet.protocol.kv.KvRequest;
import rivet.protocol.kv.KvWire;

/** The door. Each message holds several requests of one generation of one actor, and is answered one by one. */
@Component
public final class KvStore implements DisposableBean {

    private static final int PRUNED_AT_ONCE = 5_000;
    private static final Refused STALE =
            new Refused(Code.STALE_GENERATION, "a newer generation of this actor was started, or it is destroyed");

    private final KvRepository repository;
    private final GroupCommit commits;

    KvStore(KvRepository repository) {
        this.repository = repository;
        this.commits = new GroupCommit(repository);
    }

    /** Who asks: one start of an actor. */
    record Writer(UUID actor, long generation) {}

    static Refused stale() {
        return STALE;
    }

    byte[] read(Writer writer, byte[] message) {
        var answers = new ArrayList<KvAnswer>();
        for (var part : requests(message)) {
            answers.add(KvLimits.refusal(part).<KvAnswer>map(refused -> refused).orElseGet(() -> read(writer, part)));
        }
        // Looked at last: what was read was read by the newest generation.
        if (!repository.isNewest(writer)) {
            answers.replaceAll(_ -> STALE);
        }
        return joined(answers);
    }

    /** Returns when all is committed, or refused. */
    byte[] write(Writer writer, long number, byte[] message) {
        return commits.write(new Batch(writer, number, requests(message)));
    }

    /** Removes what destroyed actors left. @return whether more can be done at once */
    public boolean prune() {
        return repository.prune(PRUNED_AT_ONCE);
    }

    @Override
    public void destroy() {
        commits.close();
    }

    static byte[] joined(List<KvAnswer> answers) {
        return KvWire.join(answers.stream().map(KvWire::write).toList());
    }

    private KvAnswer read(Writer writer, KvRequest request) {
        return switch (request) {
            case KvRequest.Get(var keys) -> repository.get(writer.actor(), keys);
            case KvRequest.Range range -> repository.list(writer.actor(), range);
            case KvRequest.Write _ -> new Refused(Code.INVALID, "a write among reads");
        };
    }

    /** One that cannot be read becomes an empty one that no limit lets through; the others are not its fault. */
    private static List<KvRequest> requests(byte[] message) {
        try {
            return KvWire.split(message).stream().map(KvStore::request).toList();
        } catch (IllegalArgumentException e) {
            throw new Problem(HttpStatus.BAD_REQUEST, "API_BAD_BODY", String.valueOf(e.getMessage()), e);
        }
    }

    private static KvRequest request(byte[] part) {
        try {
            return KvWire.request(part);
        } catch (IllegalArgumentException _) {
            return new KvRequest.Range(Bytes.EMPTY, Bytes.EMPTY, false, 0);
        }
    }
}
