package rivet.controlplane.kv;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import rivet.controlplane.alarm.Alarms;
import rivet.controlplane.web.Problem;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvAnswer;
import rivet.protocol.kv.KvAnswer.Code;
import rivet.protocol.kv.KvAnswer.Refused;
import rivet.protocol.kv.KvBatch;
import rivet.protocol.kv.KvRequest;
import rivet.protocol.kv.KvWire;

/** The door. Each message holds several requests of one generation of one actor, and is answered one by one. */
@Component
public final class KvStore implements DisposableBean {

    private static final int PRUNED_AT_ONCE = 5_000;
    static final Refused STALE =
            new Refused(Code.STALE_GENERATION, "a newer generation of this actor was started, or it is destroyed");
    static final Refused LOST = new Refused(
            Code.STATE_LOST,
            "a write that was answered is missing: a standby took over, or a backup was restored (expected: a new start)");

    private final KvRepository repository;
    private final Alarms alarms;
    private final StoreMeters meters;
    private final GroupCommit commits;

    @Autowired
    KvStore(KvRepository repository, Alarms alarms, StoreMeters meters) {
        this(repository, alarms, meters, Pace.REAL);
    }

    KvStore(KvRepository repository, Alarms alarms, StoreMeters meters, Pace pace) {
        this.repository = repository;
        this.alarms = alarms;
        this.meters = meters;
        this.commits = new GroupCommit(repository, pace, meters);
    }

    /** Who asks: one start of an actor. */
    record Writer(UUID actor, long generation) {}

    byte[] read(Writer writer, long confirmed, byte[] message) {
        return joined(meters.reads().timed(() -> answers(writer, confirmed, message)));
    }

    private List<KvAnswer> answers(Writer writer, long confirmed, byte[] message) {
        var answers = new ArrayList<KvAnswer>();
        for (var request : requests(message)) {
            answers.add(
                    KvLimits.refusal(request).<KvAnswer>map(refused -> refused).orElseGet(() -> read(writer, request)));
        }
        // Looked at last: what was read was read by the newest generation.
        repository.refusal(writer, confirmed).ifPresent(refused -> answers.replaceAll(_ -> refused));
        return answers;
    }

    /** Does not wait. Completes when all is committed, or refused, or nobody knows. */
    CompletableFuture<byte[]> write(List<KvBatch> asked) {
        long begun = System.nanoTime();
        var batches = asked.stream()
                .map(batch -> new Batch(
                        new Writer(batch.actor().value(), batch.generation()),
                        batch.number(),
                        batch.confirmed(),
                        requests(batch.message().array())))
                .toList();
        return commits.write(batches).thenApply(answers -> {
            answers.forEach(each -> meters.writes().done(begun, each));
            return KvWire.join(answers.stream().map(Bytes::array).toList());
        });
    }

    /** The last number that was used, in place of a version; what is still under way below it comes too late. */
    byte[] resume(Writer writer) {
        return KvWire.write(
                meters.resumes().timed(() -> List.of(resumed(writer))).getFirst());
    }

    private KvAnswer resumed(Writer writer) {
        var number = repository.resume(writer);
        return number.isPresent() ? new KvAnswer.Written(number.getAsLong(), List.of()) : STALE;
    }

    /** Removes what destroyed actors left. @return whether more can be done at once */
    public boolean prune() {
        return repository.prune(PRUNED_AT_ONCE);
    }

    @Override
    public void destroy() {
        commits.close();
    }

    static byte[] refused(Batch batch, Refused why) {
        return joined(batch.requests().stream().<KvAnswer>map(_ -> why).toList());
    }

    static byte[] joined(List<KvAnswer> answers) {
        return KvWire.join(answers.stream().map(KvWire::write).toList());
    }

    private KvAnswer read(Writer writer, KvRequest request) {
        return switch (request) {
            case KvRequest.Get(var keys) -> repository.get(writer.actor(), keys);
            case KvRequest.Range range -> repository.list(writer.actor(), range);
            case KvRequest.Alarms _ -> alarms.list(writer.actor());
            case KvRequest.NextAlarm _ -> alarms.next(writer.actor());
            case KvRequest.Write _, KvRequest.AlarmWrite _ -> new Refused(Code.INVALID, "a write among reads");
        };
    }

    /** Agents have read each request before, so one that cannot be read is no actor's fault. */
    private static List<KvRequest> requests(byte[] message) {
        try {
            return KvWire.split(message).stream().map(KvWire::request).toList();
        } catch (IllegalArgumentException e) {
            throw new Problem(HttpStatus.BAD_REQUEST, "API_BAD_BODY", String.valueOf(e.getMessage()), e);
        }
    }
}
