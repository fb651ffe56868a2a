package rivet.controlplane.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import rivet.protocol.Wire;

/** Against what V8 itself writes and reads. */
class CloneTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "null | null",
                "[true, false, 0, -1, 7, 3e9, 1.5, -2147483648] | [true,false,0,-1,7,3000000000,1.5,-2147483648]",
                "['', 'ascii', 'Grüße', 'Ω☃😀'] | [\"\",\"ascii\",\"Grüße\",\"Ω☃😀\"]",
                "({ a: 1, b: { c: [] }, 7: 'seven', 'Ω': null }) | {\"7\":\"seven\",\"a\":1,\"b\":{\"c\":[]},\"Ω\":null}",
            })
    void what_json_can_say_is_read_as_it_is(String script, String json) throws Exception {
        var read = CloneReader.read(serialized(script)).orElseThrow();

        assertThat(read.json()).isEqualTo(Wire.JSON.readTree(json));
        assertThat(read.exact()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "new Date(0) | \"1970-01-01T00:00:00Z\"",
                "new Map([['a', 1], [2, 'b']]) | [[\"a\",1],[2,\"b\"]]",
                "new Set(['a', 2]) | [\"a\",2]",
                "[1, , 3] | {\"0\":1,\"2\":3}",
                "({ nothing: undefined }) | {\"nothing\":null}",
                "-12345678901234567890n | -12345678901234567890",
                "[NaN, -Infinity] | [\"NaN\",\"-Infinity\"]",
                "Uint8Array.of(1, 2, 3) | {\"base64\":\"AQID\"}",
                "Buffer.of(1, 2, 3) | {\"base64\":\"AQID\"}",
                "(() => { const a = { x: 1 }; return [a, a, new Date(0), a]; })() | [{\"x\":1},{\"x\":1},\"1970-01-01T00:00:00Z\",{\"x\":1}]",
                "(() => { const a = []; a[3] = 'x'; a.length = 5000; return a; })() | {\"3\":\"x\"}",
                "new Date(NaN) | \"Invalid Date\"",
                "'half: \\ud83d' | \"half: \ufffd\"",
            })
    void what_it_cannot_say_is_shown_as_what_comes_closest(String script, String json) throws Exception {
        var read = CloneReader.read(serialized(script)).orElseThrow();

        assertThat(read.json()).isEqualTo(Wire.JSON.readTree(json));
        assertThat(read.exact()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"(() => { const a = {}; a.self = a; return a; })()", "/x/", "new Error('e')"})
    void what_has_no_likeness_is_not_shown(String script) throws Exception {
        assertThat(CloneReader.read(serialized(script))).isEmpty();
    }

    /** Else a few hundred bytes would be more JSON than there is memory. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "(() => { let a = [1]; for (let i = 0; i < 40; i++) a = [a, a]; return a; })()",
                "(() => { const s = ['x'.repeat(10000)]; return Array(100).fill(s); })()",
                "(() => { const s = { ['x'.repeat(10000)]: 1 }; return Array(100).fill(s); })()",
                "({ ['x'.repeat(50001)]: 1 })",
            })
    void what_would_be_too_much_json_is_not_shown(String script) throws Exception {
        assertThat(CloneReader.read(serialized(script)).isPresent()).isFalse(); // and is not printed
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(() => { const all = [[]]; for (let i = 0; i < 570; i++) { const a = [i % 190 ? a1 : all.at(-1)]; a1 = a; if (i % 190 === 189) all.push(a); } return all; })()",
                "(() => { let m = new Map(); for (let i = 0; i < 600; i++) m = new Map([[m, 1]]); return m; })()",
                "(() => { let a = []; for (let i = 0; i < 600; i++) a = [a]; return a; })()",
                "(() => { let s = new Set(); for (let i = 0; i < 600; i++) s = new Set([s]); return s; })()",
                "2n ** 40000n",
            })
    void whatever_is_shown_can_be_written_and_read_again(String script) throws Exception {
        CloneReader.read(serialized(script))
                .ifPresent(
                        read -> assertThat(Wire.JSON.readTree("{\"entries\": [{\"json\": %s}]}".formatted(read.json())))
                                .isNotNull());
    }

    @Test
    void no_bytes_however_wrong_are_more_than_unreadable() throws Exception {
        var good = serialized("({ a: [1, 'two', 3.5, 4n, new Date(), new Map([[1, 2]])] })");
        for (int at = 0; at < good.length; at++) {
            for (int value = 0; value < 256; value++) {
                var bad = good.clone();
                bad[at] = (byte) value;
                CloneReader.read(bad);
            }
        }
        CloneReader.read(("\u00ff\u000f" + "A\u0001".repeat(60_000)).getBytes(StandardCharsets.ISO_8859_1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "{\"a\":[1,-1,2147483648,0.5,1e300],\"b\":{},\"c\":\"Ω☃😀\",\"7\":[true,false,null,[]]}",
                "\"text\"",
                "-2147483648"
            })
    void what_is_written_v8_reads(String json) throws Exception {
        var written = Base64.getEncoder().encodeToString(CloneWriter.write(Wire.JSON.readTree(json)));

        var back = node("JSON.stringify(v8.deserialize(Buffer.from('%s', 'base64')))".formatted(written));

        assertThat(Wire.JSON.readTree(back)).isEqualTo(Wire.JSON.readTree(node("JSON.stringify(%s)".formatted(json))));
    }

    private static byte[] serialized(String script) throws Exception {
        return Base64.getDecoder().decode(node("v8.serialize(%s).toString('base64')".formatted(script)));
    }

    private static String node(String expression) throws Exception {
        var process = new ProcessBuilder("node", "-e", "process.stdout.write(" + expression + ")").start();
        process.getOutputStream().close();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        var complained = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(complained).isZero();
        return said;
    }
}
