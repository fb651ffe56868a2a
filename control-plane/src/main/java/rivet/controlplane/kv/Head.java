package rivet.controlplane.kv;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import rivet.controlplane.alarm.Alarms;
import rivet.protocol.kv.KvAnswer;
import rivet.protocol.kv.KvAnswer.Code;
import rivet.protocol.kv.KvAnswer.Refused;
import rivet.protocol.kv.KvRequest;
import rivet.protocol.kv.KvRequest.Mutation;

/** Where one actor's store is, locked by this transaction; takes a batch and moves on. Not thread-safe. */
final class Head {

    private static final byte[] NO_ANSWERS = {};

    private final UUID actor;
    private long generation;
    private long number;
    private byte[] answers;
    private long version;
    private long bytes;

    private Head(UUID actor, long generation, long number, byte[] answers) {
        this.actor = actor;
        this.generation = generation;
        this.number = number;
        this.answers = answers;
    }

    /** @param given versions up to here may have been given in a past that this Postgres does not know */
    static Head read(ResultSet row, long given) throws SQLException {
        var head = new Head(
                Objects.requireNonNull(row.getObject("actor_id", UUID.class)),
                row.getLong("generation"),
                row.getLong("number"),
                Objects.requireNonNull(row.getBytes("answers")));
        head.version = Math.max(row.getLong("version"), given);
        head.bytes = row.getLong("bytes");
        return head;
    }

    /** What a write finds stored unless another one came in between. */
    record Stored(long number, long version) {}

    Stored stored() {
        return new Stored(number, version);
    }

    /** To be remembered; whoever asks for them again reads them. */
    Head withoutAnswers() {
        var head = new Head(actor, generation, number, NO_ANSWERS);
        head.version = version;
        head.bytes = bytes;
        return head;
    }

    /** Whether the batch is the same writer's next, and all that it was told is done. */
    boolean isBefore(Batch batch) {
        return batch.writer().generation() == generation && batch.number() > number && batch.confirmed() <= number;
    }

    /** When what was known before is not what it came to. @param bytes keys and values together */
    void holds(long bytes) {
        this.bytes = bytes;
    }

    UUID actor() {
        return actor;
    }

    long generation() {
        return generation;
    }

    long number() {
        return number;
    }

    byte[] answers() {
        return answers;
    }

    long version() {
        return version;
    }

    long bytes() {
        return bytes;
    }

    /** The same batch again is answered as it was; one from before it came too late to be done. */
    byte[] take(Batch batch, Entries entries, Alarms alarms) {
        long known = batch.writer().generation() == generation ? number : 0;
        if (batch.confirmed() > known) {
            return KvStore.refused(batch, KvStore.LOST);
        }
        if (batch.writer().generation() == generation && batch.number() == number) {
            return answers;
        }
        if (batch.number() < known) {
            return KvStore.refused(batch, new Refused(Code.UNAVAILABLE, "a later write came before this one"));
        }
        var said = new ArrayList<KvAnswer>();
        batch.requests().forEach(request -> said.add(answer(request, entries, alarms)));
        generation = batch.writer().generation();
        number = batch.number();
        answers = KvStore.joined(said);
        return answers;
    }

    private KvAnswer answer(KvRequest request, Entries entries, Alarms alarms) {
        var refused = KvLimits.refusal(request);
        if (refused.isPresent()) {
            return refused.get();
        }
        return switch (request) {
            case KvRequest.Write write -> write(write, entries);
            case KvRequest.AlarmWrite write -> alarms.write(actor, version, write);
            case KvRequest.Get _, KvRequest.Range _, KvRequest.Alarms _, KvRequest.NextAlarm _ ->
                new Refused(Code.INVALID, "a read among writes, or a message that cannot be read");
        };
    }

    private KvAnswer write(KvRequest.Write write, Entries entries) {
        for (var check : write.checks()) {
            long is = entries.version(actor, check.key());
            if (is != check.version()) {
                return new Refused(
                        Code.CONFLICT,
                        "check of key %s: its version is %d (expected: %d)"
                                .formatted(check.key(), is, check.version()));
            }
        }
        for (var mutation : write.mutations()) {
            if (mutation instanceof Mutation.Add(var key, var _) && !entries.isCounter(actor, key)) {
                return new Refused(Code.INVALID, "add to key %s: its value is no counter".formatted(key));
            }
        }
        if (bytes + growth(write, entries) > KvLimits.ACTOR_BYTES) {
            return KvLimits.full();
        }
        version++;
        var sums = new ArrayList<Long>();
        write.mutations().forEach(mutation -> apply(mutation, entries, sums));
        return new KvAnswer.Written(version, List.copyOf(sums));
    }

    private void apply(Mutation mutation, Entries entries, List<Long> sums) {
        switch (mutation) {
            case Mutation.Put(var key, var value) -> bytes += entries.put(actor, key, version, value);
            case Mutation.Delete(var key) -> bytes += entries.delete(actor, key);
            case Mutation.DeleteRange(var start, var end) -> bytes -= entries.deleteRange(actor, start, end);
            case Mutation.Add(var key, var delta) -> {
                long sum = entries.counter(actor, key) + delta;
                bytes += entries.put(actor, key, version, Changes.counter(sum));
                sums.add(sum);
            }
        }
    }

    /** At most; what a write deletes is not counted against what it puts. */
    private long growth(KvRequest.Write write, Entries entries) {
        long growth = 0;
        for (var mutation : write.mutations()) {
            growth += switch (mutation) {
                case Mutation.Put(var key, var value) -> Math.max(0, entries.growth(actor, key, value));
                case Mutation.Add(var key, var _) -> Math.max(0, entries.growth(actor, key, Changes.counter(0)));
                case Mutation.Delete _, Mutation.DeleteRange _ -> 0;
            };
        }
        return growth;
    }
}
