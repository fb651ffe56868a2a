package rivet.actor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The order of keys. The actors' runtime for JavaScript has the same test, and reads the same examples. */
class KvKeyTest {

    private static final Path EXAMPLES = Path.of("../docs/reference/key-order.txt");

    private static final List<String> STRINGS =
            List.of("", "a", "b", "ab", "\0", "a\0", "a\0b", "ÿ", "\uffff", "😀", "z");
    private static final List<Number> NUMBERS = List.of(
            0L,
            1L,
            -1L,
            0.5,
            -0.5,
            1.5,
            1e-300,
            -1e-300,
            Double.MIN_VALUE,
            255L,
            256L,
            1L << 53,
            -(1L << 53),
            Long.MAX_VALUE,
            Long.MIN_VALUE,
            1e300,
            -1e300,
            0.1,
            BigInteger.TEN.pow(30),
            BigInteger.TEN.pow(30).negate(),
            BigInteger.TWO.pow(64),
            BigInteger.TWO.pow(2040),
            BigInteger.TWO.pow(2100),
            BigInteger.TWO.pow(2048).negate(),
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY);

    private final Random random = new Random(6);

    @Test
    void bytes_sort_as_elements_do_and_are_read_back() {
        for (int i = 0; i < 200_000; i++) {
            var left = tuple(0);
            var right = tuple(0);

            var first = KvKey.of(left.toArray());
            var second = KvKey.of(right.toArray());

            assertThat(Integer.signum(first.compareTo(second)))
                    .as("%s and %s", first, second)
                    .isEqualTo(Integer.signum(compare(left, right)));
            assertThat(compare(first.elements(), left)).as("%s", first).isZero();
            assertThat(KvKey.decode(first.bytes())).isEqualTo(first).hasSameHashCodeAs(first);
        }
    }

    @Test
    void examples_are_these_bytes_in_this_order() throws IOException {
        @Nullable KvKey before = null;
        int examples = 0;
        for (var line : Files.readAllLines(EXAMPLES)) {
            if (line.startsWith("#")) {
                continue;
            }
            var hex = line.substring(0, line.indexOf(' '));
            var key = KvKey.of(elements(JsonMapper.shared().readTree(line.substring(hex.length())))
                    .toArray());

            assertThat(HexFormat.of().formatHex(key.bytes())).as(line).isEqualTo(hex);
            assertThat(KvKey.decode(HexFormat.of().parseHex(hex))).isEqualTo(key);
            if (before != null) {
                assertThat(key).as(line).isGreaterThan(before);
            }
            before = key;
            examples++;
        }
        assertThat(examples).isGreaterThan(40);
    }

    @Test
    void number_that_is_whole_is_the_same_key_whatever_its_type() {
        assertThat(KvKey.of(1)).isEqualTo(KvKey.of(1L)).isEqualTo(KvKey.of(1.0)).isEqualTo(KvKey.of(BigInteger.ONE));
        assertThat(KvKey.of(-0.0)).isEqualTo(KvKey.of(0));
        assertThat(KvKey.of(1.0).elements()).containsExactly(1L);
        assertThat(KvKey.of(0.5f).elements()).containsExactly(0.5);
    }

    @Test
    void what_has_no_place_in_the_order_is_refused() {
        assertThatThrownBy(KvKey::of).hasMessageContaining("at least one");
        assertThatThrownBy(() -> KvKey.of(Double.NaN)).hasMessageContaining("NaN");
        assertThatThrownBy(() -> KvKey.of("\ud800")).hasMessageContaining("surrogate");
        assertThatThrownBy(() -> KvKey.of(new Object())).hasMessageContaining("java.lang.Object (expected");
        assertThatThrownBy(() -> KvKey.decode(new byte[] {0x20, 'a'})).hasMessageContaining("ends too early");
        assertThatThrownBy(() -> KvKey.decode(new byte[] {0x7f})).hasMessageContaining("unknown element");
    }

    private List<@Nullable Object> tuple(int depth) {
        var tuple = new ArrayList<@Nullable Object>();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            tuple.add(element(depth));
        }
        return tuple;
    }

    private @Nullable Object element(int depth) {
        return switch (random.nextInt(depth > 2 ? 6 : 7)) {
            case 0 -> null;
            case 1 -> random.nextBoolean();
            case 2 -> NUMBERS.get(random.nextInt(NUMBERS.size()));
            case 3 -> (random.nextDouble() - 0.5) * Math.pow(10, random.nextInt(20));
            case 4 -> STRINGS.get(random.nextInt(STRINGS.size())) + STRINGS.get(random.nextInt(STRINGS.size()));
            case 5 -> {
                var bytes = new byte[random.nextInt(4)];
                for (int i = 0; i < bytes.length; i++) {
                    bytes[i] = (byte) List.of(0, 1, 255).get(random.nextInt(3)).intValue();
                }
                yield bytes;
            }
            default -> tuple(depth + 1);
        };
    }

    /** As people expect it. */
    private static int compare(List<?> left, List<?> right) {
        for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
            int order = compareElements(left.get(i), right.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(left.size(), right.size());
    }

    private static int compareElements(@Nullable Object left, @Nullable Object right) {
        int kinds = Integer.compare(kind(left), kind(right));
        if (kinds != 0 || left == null || right == null) {
            return kinds;
        }
        return switch (left) {
            case Number number -> numbers(number, (Number) right);
            case String text ->
                Arrays.compare(
                        text.codePoints().toArray(),
                        ((String) right).codePoints().toArray());
            case byte[] bytes -> Arrays.compareUnsigned(bytes, (byte[]) right);
            case List<?> tuple -> compare(tuple, (List<?>) right);
            default -> 0;
        };
    }

    private static int kind(@Nullable Object element) {
        return switch (element) {
            case null -> 0;
            case Boolean truth -> truth ? 2 : 1;
            case Number _ -> 3;
            case String _ -> 4;
            case byte[] _ -> 5;
            default -> 6;
        };
    }

    private static int numbers(Number left, Number right) {
        if (isInfinite(left) || isInfinite(right)) {
            return Double.compare(size(left), size(right));
        }
        return exact(left).compareTo(exact(right));
    }

    private static boolean isInfinite(Number number) {
        return number instanceof Double value && value.isInfinite();
    }

    /** A whole number that is too large for a double is less than infinity all the same. */
    private static double size(Number number) {
        return number instanceof BigInteger whole ? whole.signum() : number.doubleValue();
    }

    private static BigDecimal exact(Number number) {
        return switch (number) {
            case BigInteger whole -> new BigDecimal(whole);
            case Long whole -> BigDecimal.valueOf(whole);
            default -> new BigDecimal(number.doubleValue());
        };
    }

    private static List<@Nullable Object> elements(JsonNode tuple) {
        var elements = new ArrayList<@Nullable Object>();
        tuple.forEach(each -> elements.add(element(each)));
        return elements;
    }

    private static @Nullable Object element(JsonNode json) {
        if (json.isNull()) {
            return null;
        }
        if (json.isArray()) {
            return elements(json);
        }
        if (json.isObject()) {
            return json.has("whole")
                    ? new BigInteger(json.get("whole").asString())
                    : json.has("float")
                            ? (Object) Double.valueOf(json.get("float").asString())
                            : HexFormat.of().parseHex(json.get("bytes").asString());
        }
        return json.isBoolean() ? (Object) json.asBoolean() : json.asString();
    }
}
