package rivet.protocol.kv;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import rivet.protocol.ActorId;
import rivet.protocol.kv.KvRequest.AlarmWrite;

/** Requests and answers ⇄ bytes; see docs/reference/kv-wire.md. Any bytes are read or refused with an {@link IllegalArgumentException}. */
public final class KvWire {

    /** One request: the largest write, with room for what surrounds its values. */
    public static final int MOST_BYTES = 2 << 20;

    /** What goes together in one message to the control plane: twice that, so that one that is alone always fits. */
    public static final int MOST_TOGETHER = 4 << 20;

    /** The actor says that it is ready: the same socket, and no matter of the store. */
    private static final byte READY = 16;

    /** Likewise that it wants to sleep. */
    private static final byte SLEEP = 17;

    /** Likewise that it wants what is in its directory kept as it is now. */
    private static final byte CHECKPOINT = 18;

    private static final int SET_ALARM = 32;
    private static final int DELETE_ALARM = 33;
    private static final int ALARM_DONE = 34;
    private static final int ALARM_FAILED = 35;
    private static final int ALARMS = 36;
    private static final int NEXT_ALARM = 37;

    /** Likewise that it wants to know what is to become of it. */
    private static final byte NEWS = 24;

    private KvWire() {}

    public static boolean isReady(byte[] message) {
        return message.length == 1 && message[0] == READY;
    }

    public static boolean isSleep(byte[] message) {
        return message.length == 1 && message[0] == SLEEP;
    }

    public static boolean isCheckpoint(byte[] message) {
        return message.length == 1 && message[0] == CHECKPOINT;
    }

    /** The answer to one that was taken. @param number counts those of the actor */
    public static byte[] checkpoint(long number) {
        return new KvWriter().tag(0).number(number).done();
    }

    public static boolean isNews(byte[] message) {
        return message.length == 1 && message[0] == NEWS;
    }

    /** @param stop why it is being stopped; empty: it is not, or nobody said @param newer a build that waits; empty: none */
    public static byte[] news(String stop, String newer) {
        return new KvWriter()
                .tag(0)
                .bytes(stop.getBytes(StandardCharsets.UTF_8))
                .bytes(newer.getBytes(StandardCharsets.UTF_8))
                .done();
    }

    /** The answer to what has nothing to answer. */
    public static byte[] done() {
        return new KvWriter().tag(0).done();
    }

    /** Several in one message. */
    public static byte[] join(List<byte[]> parts) {
        var out = new KvWriter().count(parts.size());
        parts.forEach(out::bytes);
        return out.done();
    }

    public static List<byte[]> split(byte[] message) {
        return whole(message, in -> list(in, KvWire::bytes));
    }

    public static byte[] write(KvCall call) {
        var out = new KvWriter().number(call.number());
        switch (call.question()) {
            case KvCall.Question.Write(var batches) -> {
                out.tag(1).count(batches.size());
                batches.forEach(batch -> write(out, batch));
            }
            case KvCall.Question.Read(var actor, var generation, var confirmed, var message) ->
                out.tag(2)
                        .id(actor.value())
                        .number(generation)
                        .number(confirmed)
                        .bytes(message);
            case KvCall.Question.Resume(var actor, var generation) ->
                out.tag(3).id(actor.value()).number(generation);
        }
        return out.done();
    }

    public static KvCall call(byte[] message) {
        return whole(
                message,
                in -> new KvCall(
                        in.getLong(),
                        switch (in.get()) {
                            case 1 -> new KvCall.Question.Write(list(in, KvWire::batch));
                            case 2 ->
                                new KvCall.Question.Read(new ActorId(id(in)), in.getLong(), in.getLong(), key(in));
                            case 3 -> new KvCall.Question.Resume(new ActorId(id(in)), in.getLong());
                            default -> throw new IllegalArgumentException("question: unknown (expected: 1 to 3)");
                        }));
    }

    public static byte[] write(KvReply reply) {
        return new KvWriter()
                .number(reply.number())
                .tag(reply.answered() ? 0 : 1)
                .bytes(reply.bytes())
                .done();
    }

    public static KvReply reply(byte[] message) {
        return whole(message, in -> new KvReply(in.getLong(), in.get() == 0, key(in)));
    }

    public static KvRequest request(byte[] message) {
        return whole(message, in -> switch (in.get()) {
            case 1 -> new KvRequest.Get(list(in, KvWire::key));
            case 2 -> new KvRequest.Range(key(in), key(in), in.get() != 0, count(in));
            case 3 -> new KvRequest.Write(list(in, KvWire::check), list(in, KvWire::mutation));
            case SET_ALARM -> new AlarmWrite.Set(text(in), schedule(in), key(in));
            case DELETE_ALARM -> new AlarmWrite.Delete(text(in));
            case ALARM_DONE -> new AlarmWrite.Done(text(in), id(in));
            case ALARM_FAILED -> new AlarmWrite.Failed(text(in), id(in));
            case ALARMS -> new KvRequest.Alarms();
            case NEXT_ALARM -> new KvRequest.NextAlarm();
            default -> throw new IllegalArgumentException("operation: unknown (expected: 1 to 3, 32 to 37)");
        });
    }

    public static byte[] write(KvRequest request) {
        var out = new KvWriter();
        switch (request) {
            case KvRequest.Get(var keys) -> {
                out.tag(1).count(keys.size());
                keys.forEach(out::bytes);
            }
            case KvRequest.Range(var start, var end, var reverse, var limit) ->
                out.tag(2).bytes(start).bytes(end).tag(reverse ? 1 : 0).count(limit);
            case KvRequest.Write(var checks, var mutations) -> {
                out.tag(3).count(checks.size());
                checks.forEach(check -> out.bytes(check.key()).number(check.version()));
                out.count(mutations.size());
                mutations.forEach(mutation -> write(out, mutation));
            }
            case AlarmWrite.Set(var name, var schedule, var payload) ->
                write(out.tag(SET_ALARM).text(name), schedule).bytes(payload);
            case AlarmWrite.Delete(var name) -> out.tag(DELETE_ALARM).text(name);
            case AlarmWrite.Done(var name, var id) ->
                out.tag(ALARM_DONE).text(name).id(id);
            case AlarmWrite.Failed(var name, var id) ->
                out.tag(ALARM_FAILED).text(name).id(id);
            case KvRequest.Alarms _ -> out.tag(ALARMS);
            case KvRequest.NextAlarm _ -> out.tag(NEXT_ALARM);
        }
        return out.done();
    }

    private static void write(KvWriter out, KvBatch batch) {
        out.id(batch.actor().value())
                .number(batch.generation())
                .number(batch.number())
                .number(batch.confirmed())
                .bytes(batch.message());
    }

    private static void write(KvWriter out, KvRequest.Mutation mutation) {
        switch (mutation) {
            case KvRequest.Mutation.Put(var key, var value) ->
                out.tag(1).bytes(key).bytes(value);
            case KvRequest.Mutation.Delete(var key) -> out.tag(2).bytes(key);
            case KvRequest.Mutation.DeleteRange(var start, var end) ->
                out.tag(3).bytes(start).bytes(end);
            case KvRequest.Mutation.Add(var key, var delta) ->
                out.tag(4).bytes(key).number(delta);
        }
    }

    /** The request says what kind of answer it is. */
    public static KvAnswer answer(KvRequest request, byte[] message) {
        return whole(message, in -> {
            int status = in.get();
            if (status != 0) {
                return new KvAnswer.Refused(code(status), new String(bytes(in), StandardCharsets.UTF_8));
            }
            return switch (request) {
                case KvRequest.Get _ ->
                    new KvAnswer.Found(list(in, each -> new KvAnswer.Value(each.getLong(), key(each))));
                case KvRequest.Range _ ->
                    new KvAnswer.Listed(
                            list(in, each -> new KvAnswer.Entry(key(each), each.getLong(), key(each))), in.get() != 0);
                case KvRequest.Write _, AlarmWrite _ ->
                    new KvAnswer.Written(in.getLong(), list(in, ByteBuffer::getLong));
                case KvRequest.Alarms _ -> new KvAnswer.Alarms(list(in, KvWire::alarm));
                case KvRequest.NextAlarm _ -> in.get() == 1 ? fired(in) : new KvAnswer.NotDue(in.getLong());
            };
        });
    }

    public static byte[] write(KvAnswer answer) {
        var out = new KvWriter();
        switch (answer) {
            case KvAnswer.Found(var values) -> {
                out.tag(0).count(values.size());
                values.forEach(value -> out.number(value.version()).bytes(value.bytes()));
            }
            case KvAnswer.Listed(var entries, var more) -> {
                out.tag(0).count(entries.size());
                entries.forEach(
                        entry -> out.bytes(entry.key()).number(entry.version()).bytes(entry.value()));
                out.tag(more ? 1 : 0);
            }
            case KvAnswer.Written(var version, var sums) -> {
                out.tag(0).number(version).count(sums.size());
                sums.forEach(out::number);
            }
            case KvAnswer.Alarms(var alarms) -> {
                out.tag(0).count(alarms.size());
                alarms.forEach(alarm -> write(out.text(alarm.name()), alarm.schedule())
                        .number(alarm.dueMs())
                        .bytes(alarm.payload()));
            }
            case KvAnswer.Fired fired ->
                out.tag(0)
                        .tag(1)
                        .text(fired.name())
                        .id(fired.id())
                        .number(fired.scheduledMs())
                        .number(fired.lateMs())
                        .number(fired.missed())
                        .number(fired.failures())
                        .bytes(fired.payload());
            case KvAnswer.NotDue(var waitMs) -> out.tag(0).tag(0).number(waitMs);
            case KvAnswer.Refused(var code, var message) ->
                out.tag(code.number()).bytes(message.getBytes(StandardCharsets.UTF_8));
        }
        return out.done();
    }

    /** Whether the answer to {@link KvRequest.NextAlarm} is one that is to be handled. */
    public static boolean isFired(byte[] answer) {
        return answer.length > 1 && answer[0] == 0 && answer[1] == 1;
    }

    private static KvWriter write(KvWriter out, AlarmSchedule schedule) {
        return switch (schedule) {
            case AlarmSchedule.Once(var atMs) -> out.tag(1).number(atMs);
            case AlarmSchedule.Every(var periodMs) -> out.tag(2).number(periodMs);
            case AlarmSchedule.Cron(var expression, var zone) ->
                out.tag(3).text(expression).text(zone);
        };
    }

    private static AlarmSchedule schedule(ByteBuffer in) {
        return switch (in.get()) {
            case 1 -> new AlarmSchedule.Once(in.getLong());
            case 2 -> new AlarmSchedule.Every(in.getLong());
            case 3 -> new AlarmSchedule.Cron(text(in), text(in));
            default -> throw new IllegalArgumentException("schedule: unknown (expected: 1 to 3)");
        };
    }

    private static KvAnswer.Alarm alarm(ByteBuffer in) {
        return new KvAnswer.Alarm(text(in), schedule(in), in.getLong(), key(in));
    }

    private static KvAnswer.Fired fired(ByteBuffer in) {
        return new KvAnswer.Fired(text(in), id(in), in.getLong(), in.getLong(), in.getLong(), in.getLong(), key(in));
    }

    private static UUID id(ByteBuffer in) {
        return new UUID(in.getLong(), in.getLong());
    }

    private static String text(ByteBuffer in) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes(in)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("text: it is no UTF-8", e);
        }
    }

    private static KvAnswer.Code code(int status) {
        return Arrays.stream(KvAnswer.Code.values())
                .filter(code -> code.number() == status)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("status: %d (expected: 0 to 6)".formatted(status)));
    }

    private static KvBatch batch(ByteBuffer in) {
        var actor = new ActorId(id(in));
        return new KvBatch(actor, in.getLong(), in.getLong(), in.getLong(), key(in));
    }

    private static KvRequest.Check check(ByteBuffer in) {
        return new KvRequest.Check(key(in), in.getLong());
    }

    private static KvRequest.Mutation mutation(ByteBuffer in) {
        return switch (in.get()) {
            case 1 -> new KvRequest.Mutation.Put(key(in), key(in));
            case 2 -> new KvRequest.Mutation.Delete(key(in));
            case 3 -> new KvRequest.Mutation.DeleteRange(key(in), key(in));
            case 4 -> new KvRequest.Mutation.Add(key(in), in.getLong());
            default -> throw new IllegalArgumentException("mutation: unknown (expected: 1 to 4)");
        };
    }

    private static <T> T whole(byte[] message, Function<ByteBuffer, T> read) {
        try {
            var in = ByteBuffer.wrap(message);
            var result = read.apply(in);
            if (in.hasRemaining()) {
                throw new IllegalArgumentException("message: %d bytes too long".formatted(in.remaining()));
            }
            return result;
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("message: it ends too early", e);
        }
    }

    private static <T> List<T> list(ByteBuffer in, Function<ByteBuffer, T> each) {
        int count = count(in);
        var list = new ArrayList<T>(Math.min(count, 128));
        for (int i = 0; i < count; i++) {
            list.add(each.apply(in));
        }
        return list;
    }

    private static Bytes key(ByteBuffer in) {
        return new Bytes(bytes(in));
    }

    private static byte[] bytes(ByteBuffer in) {
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException(
                    "length: %d (expected: at most the %d bytes that are left)".formatted(length, in.remaining()));
        }
        var bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static int count(ByteBuffer in) {
        return Short.toUnsignedInt(in.getShort());
    }
}
