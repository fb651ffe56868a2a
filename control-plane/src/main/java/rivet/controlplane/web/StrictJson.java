package rivet.controlplane.web;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import rivet.protocol.Wire;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.type.LogicalType;

/** Reads what callers send: a misspelt field or a number for a text is told, never passed over or turned into another. */
public final class StrictJson {

    private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};

    static final JsonMapper MAPPER = Wire.JSON
            .rebuild()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .withCoercionConfig(
                    LogicalType.Textual,
                    text -> text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
            .withCoercionConfig(
                    LogicalType.Integer,
                    number -> number.setCoercion(CoercionInputShape.String, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
            .withCoercionConfig(
                    LogicalType.Boolean,
                    flag -> flag.setCoercion(CoercionInputShape.String, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail))
            .build();

    private StrictJson() {}

    /** A query parameter that holds a JSON object of texts, such as {@code tags_json}; absent means empty. */
    public static Map<String, String> texts(String parameter, @Nullable String json) {
        if (json == null || json.isEmpty()) {
            return Map.of();
        }
        Map<String, String> texts = parameter(parameter, json, TEXTS, "a JSON object of texts");
        texts.forEach((key, value) -> {
            if (value == null || !Texts.storable(key) || !Texts.storable(value)) {
                throw Problem.badParameter(parameter, json, "a JSON object of texts");
            }
        });
        return new TreeMap<>(texts);
    }

    /** A query parameter that holds JSON. */
    public static <T> T parameter(String parameter, String json, TypeReference<T> type, String expected) {
        @Nullable T read;
        try {
            read = MAPPER.readValue(json, type);
        } catch (JacksonException _) {
            throw Problem.badParameter(parameter, json, expected);
        }
        if (read == null) {
            throw Problem.badParameter(parameter, json, expected);
        }
        return read;
    }
}
