package rivet.agent.kv;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvAnswer;
import rivet.protocol.kv.KvAnswer.Code;
import rivet.protocol.kv.KvBatch;
import rivet.protocol.kv.KvRequest;
import rivet.protocol.kv.KvWire;

/**
 * Asks for one generation what its process asked: one message at a time and in order, so that each call sees what those before
 * it did. Only one thread does.
 */
final class RemoteStore {

    private static final Logger log = LoggerFactory.getLogger(RemoteStore.class);

    /** Joined requests: the largest one alone, or so many as fit. */
    static final int MOST_IN_A_BATCH = KvWire.MOST_BYTES + 64;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(10);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

    private static final KvRequest.Write NOTHING = new KvRequest.Write(List.of(), List.of());

    private final ActorStores.Owner owner;
    private final Ways ways;
    private final KnownEntries known;

    /** Of the last batch; meaningless until it is known how far an earlier run of the agent had come. */
    private long number;

    private boolean numberKnown = true;

    /** The last one that was answered: a store that does not have it is not the one that answered. */
    private long confirmed;

    RemoteStore(ActorStores.Owner owner, Ways ways, KnownEntries known) {
        this.owner = owner;
        this.ways = ways;
        this.known = known;
    }

    /**
     * What the stores of an agent share.
     *
     * @param reads how many may be under way
     * @param isOurs whether nobody else writes for this agent's actors now
     */
    record Ways(
            ActorStores.Remote remote,
            SharedWrites writes,
            Semaphore reads,
            BooleanSupplier isOurs,
            Pace pace,
            StoreMeters meters) {}

    StoreMeters meters() {
        return ways.meters();
    }

    /** An earlier run of the agent has written for this generation, and what it sent may still arrive. */
    void resume() {
        numberKnown = false;
        known.becomeUncertain();
    }

    /** Answers each; those of one kind that were taken together. */
    void answer(List<Call> run) throws InterruptedException {
        long now = ways.pace().nanos();
        var inTime = run.stream().filter(call -> call.giveUp() - now > 0).toList();
        run.stream().filter(call -> call.giveUp() - now <= 0).forEach(call -> {
            call.refuse(Code.UNAVAILABLE, "nothing was done: too much was asked before");
        });
        var rest = inTime.subList(answerKnown(inTime), inTime.size());
        if (!rest.isEmpty()) {
            ask(rest);
        }
    }

    /** Looked at whose it is last: what was known then was so. @return how many were answered, the first ones */
    private int answerKnown(List<Call> run) {
        int answered = 0;
        for (var call : run) {
            var found = known.find(call.request());
            if (found.isEmpty() || !ways.isOurs().getAsBoolean()) {
                break;
            }
            call.reply().accept(KvWire.write(found.get()));
            meters().hit();
            answered++;
        }
        return answered;
    }

    private void ask(List<Call> run) throws InterruptedException {
        run.forEach(call -> meters().asked(call.request()));
        boolean write = run.getFirst().isWrite();
        try {
            var message =
                    KvWire.join(run.stream().map(call -> call.bytes().array()).toList());
            var answers = write ? write(message, run) : read(message, run);
            learn(run, answers);
            for (int i = 0; i < run.size(); i++) {
                run.get(i).reply().accept(answers.get(i));
            }
        } catch (StaleException _) {
            known.becomeUncertain();
            run.forEach(call -> call.refuse(
                    Code.STALE_GENERATION, "a newer generation of this actor was started, or it is destroyed"));
        } catch (IOException | RuntimeException e) {
            log.atDebug().addKeyValue("actor", owner).setCause(e).log("a store cannot be reached");
            if (write) {
                known.becomeUncertain();
            }
            run.forEach(call -> call.refuse(Code.UNAVAILABLE, "the control plane did not confirm it in time"));
        }
    }

    private void learn(List<Call> run, List<byte[]> answers) {
        if (answers.stream().anyMatch(RemoteStore::isUncertain)) {
            known.becomeUncertain();
            return;
        }
        if (run.getFirst().isWrite()) {
            known.becomeCertain();
        }
        for (int i = 0; i < run.size(); i++) {
            var request = run.get(i).request();
            var answer = KvWire.answer(request, answers.get(i));
            if (request instanceof KvRequest.Write write && answer instanceof KvAnswer.Written written) {
                known.written(write, written);
            } else if (request instanceof KvRequest.Get(var keys)) {
                known.read(keys, answer);
            }
        }
    }

    private List<byte[]> write(byte[] message, List<Call> run) throws IOException, InterruptedException {
        long giveUp = run.getFirst().giveUp();
        if (!numberKnown) {
            number = persistently(giveUp, this::lastNumber);
            confirmed = number;
            numberKnown = true;
        }
        var batch = new KvBatch(owner.actor(), owner.generation(), ++number, confirmed, new Bytes(message));
        var answers = persistently(giveUp, () -> sized(run, ways.writes().write(batch, left(giveUp))));
        if (answers.stream().anyMatch(RemoteStore::isLate)) {
            numberKnown = false;
        } else if (answers.stream().noneMatch(RemoteStore::isShut)) {
            confirmed = batch.number();
        }
        return answers;
    }

    private List<byte[]> read(byte[] message, List<Call> run) throws IOException, InterruptedException {
        long giveUp = run.getFirst().giveUp();
        if (!ways.reads().tryAcquire(left(giveUp), TimeUnit.NANOSECONDS)) {
            throw new IOException("too many reads are under way");
        }
        try {
            return persistently(
                    giveUp,
                    () -> sized(
                            run,
                            KvWire.split(ways.remote().read(owner.actor(), owner.generation(), confirmed, message))));
        } finally {
            ways.reads().release();
        }
    }

    /**
     * The batch was not taken, or not now: how far numbers have come was asked twice, and the first question was heard last. All that
     * are counted from the answer to the second would be refused alike.
     */
    private static boolean isLate(byte[] answer) {
        return answer[0] == Code.UNAVAILABLE.number();
    }

    /** The batch was not taken, and none will be. */
    private static boolean isShut(byte[] answer) {
        return answer[0] == Code.STALE_GENERATION.number() || answer[0] == Code.STATE_LOST.number();
    }

    /** Nobody knows what became of it, or another one writes. */
    private static boolean isUncertain(byte[] answer) {
        return isShut(answer) || isLate(answer);
    }

    private long lastNumber() throws IOException, InterruptedException {
        return switch (KvWire.answer(NOTHING, ways.remote().resume(owner.actor(), owner.generation()))) {
            case KvAnswer.Written(var last, var _) -> last;
            case KvAnswer.Refused _ -> throw new StaleException();
            case KvAnswer.Found _, KvAnswer.Listed _, KvAnswer.Alarms _, KvAnswer.Fired _, KvAnswer.NotDue _ ->
                throw new IOException("an answer to another question");
        };
    }

    private static final class StaleException extends IOException {}

    private interface Attempt<T> {

        T once() throws IOException, InterruptedException;
    }

    /** Again and again while there is time: what failed may be done or not, and all we ask can be asked twice. */
    private <T> T persistently(long giveUp, Attempt<T> attempt) throws IOException, InterruptedException {
        for (long pause = FIRST_PAUSE.toNanos(); ; pause = Math.min(2 * pause, LONGEST_PAUSE.toNanos())) {
            try {
                return attempt.once();
            } catch (StaleException e) {
                throw e;
            } catch (IOException e) {
                if (left(giveUp) <= pause) {
                    throw e;
                }
            }
            ways.pace().sleep(pause);
        }
    }

    private static List<byte[]> sized(List<Call> run, List<byte[]> answers) throws IOException {
        if (answers.size() != run.size()) {
            throw new IOException("%d answers (expected: %d)".formatted(answers.size(), run.size()));
        }
        return answers;
    }

    private long left(long giveUp) {
        return Math.max(0, giveUp - ways.pace().nanos());
    }
}
