package rivet.protocol.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rivet.protocol.ActorId;
import rivet.protocol.kv.KvAnswer.Code;
import rivet.protocol.kv.KvCall.Question;
import rivet.protocol.kv.KvRequest.AlarmWrite;
import rivet.protocol.kv.KvRequest.Check;
import rivet.protocol.kv.KvRequest.Mutation;

/** Programs in any language speak these bytes, so they stay as they are. */
class KvWireTest {

    private static final Bytes KEY = bytes("aa");
    private static final UUID ID = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");

    @Test
    void requests_are_these_bytes() {
        assertBytes(new KvRequest.Get(List.of(KEY)), "01 0001 00000001aa");
        assertBytes(new KvRequest.Range(KEY, Bytes.EMPTY, true, 500), "02 00000001aa 00000000 01 01f4");
        assertBytes(
                new KvRequest.Write(
                        List.of(new Check(KEY, 7)),
                        List.of(
                                new Mutation.Put(KEY, bytes("0102")),
                                new Mutation.Delete(KEY),
                                new Mutation.DeleteRange(KEY, Bytes.EMPTY),
                                new Mutation.Add(KEY, -1))),
                "03 0001 00000001aa 0000000000000007 0004 01 00000001aa 000000020102 02 00000001aa"
                        + " 03 00000001aa 00000000 04 00000001aa ffffffffffffffff");
    }

    @Test
    void answers_are_these_bytes() {
        var get = new KvRequest.Get(List.of());
        assertBytes(
                get,
                new KvAnswer.Found(List.of(new KvAnswer.Value(0, Bytes.EMPTY), new KvAnswer.Value(3, bytes("02")))),
                "00 0002 0000000000000000 00000000 0000000000000003 0000000102");
        assertBytes(
                new KvRequest.Range(KEY, KEY, false, 1),
                new KvAnswer.Listed(List.of(new KvAnswer.Entry(KEY, 3, bytes("02"))), true),
                "00 0001 00000001aa 0000000000000003 0000000102 01");
        assertBytes(
                new KvRequest.Write(List.of(), List.of()),
                new KvAnswer.Written(9, List.of(-1L)),
                "00 0000000000000009 0001 ffffffffffffffff");
        assertBytes(get, new KvAnswer.Refused(Code.STALE_GENERATION, "no"), "02 000000026e6f");
    }

    @Test
    void requests_about_alarms_are_these_bytes() {
        assertBytes(
                new AlarmWrite.Set("a", new AlarmSchedule.Once(7), KEY),
                "20 0000000161 01 0000000000000007 00000001aa");
        assertBytes(
                new AlarmWrite.Set("a", new AlarmSchedule.Every(7), KEY),
                "20 0000000161 02 0000000000000007 00000001aa");
        assertBytes(
                new AlarmWrite.Set("a", new AlarmSchedule.Cron("*", "Z"), Bytes.EMPTY),
                "20 0000000161 03 000000012a 000000015a 00000000");
        assertBytes(new AlarmWrite.Delete("a"), "21 0000000161");
        assertBytes(new AlarmWrite.Done("a", ID), "22 0000000161 00112233445566778899aabbccddeeff");
        assertBytes(new AlarmWrite.Failed("a", ID), "23 0000000161 00112233445566778899aabbccddeeff");
        assertBytes(new KvRequest.Alarms(), "24");
        assertBytes(new KvRequest.NextAlarm(), "25");
    }

    @Test
    void answers_about_alarms_are_these_bytes() {
        assertBytes(
                new AlarmWrite.Delete("a"),
                new KvAnswer.Written(9, List.of(1L)),
                "00 0000000000000009 0001 0000000000000001");
        assertBytes(
                new KvRequest.Alarms(),
                new KvAnswer.Alarms(List.of(new KvAnswer.Alarm("a", new AlarmSchedule.Every(7), 8, KEY))),
                "00 0001 0000000161 02 0000000000000007 0000000000000008 00000001aa");
        var fired = "00 01 0000000161 00112233445566778899aabbccddeeff"
                + " 0000000000000001 0000000000000002 0000000000000003 0000000000000004 00000001aa";
        assertBytes(new KvRequest.NextAlarm(), new KvAnswer.Fired("a", ID, 1, 2, 3, 4, KEY), fired);
        assertBytes(new KvRequest.NextAlarm(), new KvAnswer.NotDue(-1), "00 00 ffffffffffffffff");
        assertThat(KvWire.isFired(parse(fired))).isTrue();
        assertThat(KvWire.isFired(parse("00 00 ffffffffffffffff"))).isFalse();
        assertThat(KvWire.isFired(parse("05 00000000"))).isFalse();
    }

    @Test
    void what_agents_ask_and_hear_are_these_bytes() {
        var actor = new ActorId(ID);
        var whose = " 00112233445566778899aabbccddeeff 0000000000000003";
        assertCall(
                new Question.Write(List.of(new KvBatch(actor, 3, 9, 8, bytes("0000")))),
                "01 0001" + whose + " 0000000000000009 0000000000000008 000000020000");
        assertCall(new Question.Read(actor, 3, 8, bytes("0000")), "02" + whose + " 0000000000000008 000000020000");
        assertCall(new Question.Resume(actor, 3), "03" + whose);
        assertReply(new KvReply(7, true, bytes("aa")), "0000000000000007 00 00000001aa");
        assertReply(new KvReply(7, false, bytes("61")), "0000000000000007 01 0000000161");
        assertThatThrownBy(() -> KvWire.call(parse("0000000000000007 04")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static void assertCall(Question question, String hex) {
        var call = new KvCall(7, question);
        assertThat(KvWire.write(call)).isEqualTo(parse("0000000000000007" + hex));
        assertThat(KvWire.call(parse("0000000000000007" + hex))).isEqualTo(call);
    }

    private static void assertReply(KvReply reply, String hex) {
        assertThat(KvWire.write(reply)).isEqualTo(parse(hex));
        assertThat(KvWire.reply(parse(hex))).isEqualTo(reply);
    }

    @ParameterizedTest
    @CsvSource({
        "09",
        "01",
        "01 0001 00000002aa",
        "01 0001 ffffffff",
        "01 0000 00",
        "03 0000 0001 09",
        "20 0000000161 09",
        "20 00000001ff"
    })
    void what_is_no_request_is_refused(String hex) {
        assertThatThrownBy(() -> KvWire.request(parse(hex))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void any_bytes_are_read_or_refused() {
        var random = new Random(6);
        for (int i = 0; i < 200_000; i++) {
            var bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            if (bytes.length > 0) {
                bytes[0] = (byte) (random.nextBoolean() ? random.nextInt(5) : 32 + random.nextInt(7));
            }
            try {
                var read = KvWire.request(bytes);
                assertThat(KvWire.request(KvWire.write(read))).isEqualTo(read);
            } catch (IllegalArgumentException refused) {
                assertThat(refused).hasMessageContaining(":");
            }
        }
    }

    @Test
    void bytes_sort_without_a_sign() {
        assertThat(bytes("7f").compareTo(bytes("80"))).isNegative();
        assertThat(bytes("").compareTo(bytes("00"))).isNegative();
        assertThat(bytes("aa"))
                .isEqualTo(bytes("aa"))
                .hasSameHashCodeAs(bytes("aa"))
                .hasToString("aa");
    }

    private static void assertBytes(KvRequest request, String hex) {
        assertThat(KvWire.write(request)).isEqualTo(parse(hex));
        assertThat(KvWire.request(parse(hex))).isEqualTo(request);
    }

    private static void assertBytes(KvRequest request, KvAnswer answer, String hex) {
        assertThat(KvWire.write(answer)).isEqualTo(parse(hex));
        assertThat(KvWire.answer(request, parse(hex))).isEqualTo(answer);
    }

    private static Bytes bytes(String hex) {
        return new Bytes(parse(hex));
    }

    private static byte[] parse(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }
}
