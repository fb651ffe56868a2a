package rivet.controlplane.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rivet.controlplane.query.Schema.Property;

class QueryTest {

    private static final Schema SCHEMA = new Schema(Map.of(
            "region", new Property(Schema.Type.TEXT, "a.region"),
            "memory", new Property(Schema.Type.NUMBER, "a.memory"),
            "durable", new Property(Schema.Type.BOOL, "a.durable"),
            "tags", new Property(Schema.Type.TEXT_MAP, "a.tags")));

    private static final Map<KeyPath, Object> ROW = Map.of(
            new KeyPath("region", null),
            "Local",
            new KeyPath("memory", null),
            256.0,
            new KeyPath("durable", null),
            true,
            new KeyPath("tags", "room"),
            "seven");

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"string_equal": {"property": "region", "value": "Local"}}                              | true
            {"string_equal": {"property": "region", "value": "local"}}                              | false
            {"string_equal": {"property": "region", "value": "LOCAL", "case_insensitive": true}}    | true
            {"string_equal": {"property": "region", "value": "LOCAL", "case_sensitive": false}}     | true
            {"string_not_equal": {"property": "tags", "map_key": "absent", "value": "x"}}           | true
            {"string_equal": {"property": "tags", "map_key": "room", "value": "seven"}}             | true
            {"string_in": {"property": "region", "values": ["x", "Local"]}}                         | true
            {"string_in": {"property": "region", "values": []}}                                     | false
            {"string_not_in": {"property": "region", "values": ["x"]}}                              | true
            {"string_contains": {"property": "region", "value": "oca"}}                             | true
            {"string_contains": {"property": "tags", "map_key": "absent", "value": ""}}             | false
            {"string_match_regex": {"property": "tags", "map_key": "room", "pattern": "^sev.n$"}}   | true
            {"string_match_regex": {"property": "region", "pattern": "^l", "case_sensitive": false}}| true
            {"number_equal": {"property": "memory", "value": 256}}                                  | true
            {"number_not_equal": {"property": "memory", "value": 256}}                              | false
            {"number_in": {"property": "memory", "values": [1, 256]}}                               | true
            {"number_not_in": {"property": "memory", "values": [1, 256]}}                           | false
            {"number_less": {"property": "memory", "value": 256}}                                   | false
            {"number_less_or_equal": {"property": "memory", "value": 256}}                          | true
            {"number_greater": {"property": "memory", "value": 255.5}}                              | true
            {"number_greater_or_equal": {"property": "memory", "value": 257}}                       | false
            {"bool_equal": {"property": "durable", "value": true}}                                  | true
            {"bool_not_equal": {"property": "durable", "value": true}}                              | false
            {"and": {"exprs": []}}                                                                  | true
            {"or": {"exprs": []}}                                                                   | false
            {"or": {"exprs": [{"bool_equal": {"property": "durable", "value": false}}, {"and": {"exprs": []}}]}} | true
            """)
    void every_operator_says_yes_and_no(String query, boolean expected) {
        var condition = condition(query);

        assertThat(condition.matches(ROW::get)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            nonsense                                                                    | ``
            []                                                                          | ``
            {}                                                                          | ``
            {"and": {"exprs": []}, "or": {"exprs": []}}                                 | ``
            {"xor": {"exprs": []}}                                                      | xor
            {"and": {"exprs": {}}}                                                      | and.exprs
            {"and": {"exprs": [{"or": {"exprs": [7]}}]}}                                | and.exprs[0].or.exprs[0]
            {"string_equal": {"property": "nose", "value": "x"}}                        | string_equal.property
            {"string_equal": {"property": "region"}}                                    | string_equal.value
            {"string_equal": {"property": "region", "value": 7}}                        | string_equal.value
            {"string_equal": {"property": "region", "value": "a\\u0000b"}}              | string_equal.value
            {"string_equal": {"property": "region", "value": "x", "valeu": "y"}}        | string_equal.valeu
            {"string_equal": {"property": "region", "map_key": "x", "value": "x"}}      | string_equal.map_key
            {"string_equal": {"property": "tags", "value": "x"}}                        | string_equal.map_key
            {"string_equal": {"property": "memory", "value": "x"}}                      | string_equal.property
            {"number_equal": {"property": "memory", "value": 1e999}}                    | number_equal.value
            {"string_match_regex": {"property": "region", "pattern": "("}}              | string_match_regex.pattern
            {"string_match_regex": {"property": "region", "pattern": "(a)\\\\1"}}       | string_match_regex.pattern
            """)
    void what_is_wrong_is_refused_with_its_place(String query, String at) {
        assertThatExceptionOfType(IllegalQuery.class)
                .isThrownBy(() -> condition(query))
                .satisfies(refused -> assertThat(refused.at()).isEqualTo(at));
    }

    @Test
    void text_of_the_caller_is_only_ever_a_parameter() {
        var hostile = "'; drop table actor; --";
        var condition = condition("""
                {"and": {"exprs": [
                  {"string_equal": {"property": "tags", "map_key": "%1$s", "value": "%1$s"}},
                  {"string_contains": {"property": "region", "value": "%1$s"}}]}}""".formatted(hostile));

        assertThat(condition.sql()).doesNotContain("drop");
        assertThat(condition.parameters().values().stream().map(QueryTest::text))
                .contains(hostile);
    }

    @Test
    void a_deep_or_wide_query_is_refused() {
        var deep = "{\"and\": {\"exprs\": [".repeat(40) + "]}}".repeat(40);
        var wide = "{\"and\": {\"exprs\": [%s {\"and\": {\"exprs\": []}}]}}"
                .formatted("{\"and\": {\"exprs\": []}},".repeat(300));

        assertThatExceptionOfType(IllegalQuery.class)
                .isThrownBy(() -> condition(deep))
                .withMessageContaining("too large");
        assertThatExceptionOfType(IllegalQuery.class)
                .isThrownBy(() -> condition(wide))
                .withMessageContaining("too large");
    }

    @Test
    void a_pattern_that_hangs_other_engines_ends() {
        var condition = condition("{\"string_match_regex\": {\"property\": \"region\", \"pattern\": \"^(a+)+$\"}}");
        var row = new HashMap<KeyPath, @Nullable Object>();
        row.put(new KeyPath("region", null), "a".repeat(100_000) + "b");

        assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> assertThat(condition.matches(row::get)).isFalse());
        assertThat(condition.exact()).isFalse();
    }

    private static Condition condition(String query) {
        return new Condition(QueryParser.parse(query, SCHEMA), SCHEMA, "q");
    }

    private static String text(Object parameter) {
        return parameter instanceof String[] values ? String.join(",", values) : String.valueOf(parameter);
    }
}
