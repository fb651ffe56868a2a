package rivet.controlplane.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.LinkedHashMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rivet.controlplane.tenancy.Environment;
import rivet.controlplane.web.Problem;

class IdempotencyKeyTest {

    private static final Environment ENVIRONMENT = new Environment(new UUID(0, 1), "e", new UUID(0, 2), "p");

    @ParameterizedTest
    @ValueSource(strings = {"", "é", "a\u0000", "a\nb", "\u007f", "\ud83d\ude00"})
    void only_printable_ascii_is_a_key(String header) {
        assertThatExceptionOfType(Problem.class)
                .isThrownBy(() -> IdempotencyKey.of(ENVIRONMENT, header, "POST /x"))
                .satisfies(refused -> assertThat(refused.code()).isEqualTo("API_BAD_HEADER"));
    }

    @Test
    void the_order_of_a_map_makes_no_difference_and_its_content_does() {
        var one = new LinkedHashMap<String, String>();
        one.put("a", "1");
        one.put("b", "2");
        var other = new LinkedHashMap<String, String>();
        other.put("b", "2");
        other.put("a", "1");

        assertThat(fingerprint("POST /x", one)).isEqualTo(fingerprint("POST /x", other));
        other.put("a", "2");
        assertThat(fingerprint("POST /x", one)).isNotEqualTo(fingerprint("POST /x", other));
    }

    @Test
    void operation_and_each_part_count() {
        assertThat(fingerprint("DELETE /x", "id", null)).isNotEqualTo(fingerprint("POST /x", "id", null));
        assertThat(fingerprint("DELETE /x", "id", null)).isNotEqualTo(fingerprint("DELETE /x", "id", 5));
    }

    @Test
    void no_header_is_no_key() {
        assertThat(IdempotencyKey.of(ENVIRONMENT, null, "POST /x")).isNull();
    }

    private static String fingerprint(String operation, @Nullable Object... request) {
        var key = IdempotencyKey.of(ENVIRONMENT, "k", operation, request);
        return key == null ? "" : key.fingerprint();
    }
}
