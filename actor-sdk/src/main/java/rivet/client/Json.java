package rivet.client;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/** The one class that meets the JSON library, so that the rest of the client does not show it to callers. */
final class Json {

    /** Reads leniently: a newer server may say more, and an older one less, than this client knows. */
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .changeDefaultPropertyInclusion(inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
            .disable(
                    DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                    DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(EnumFeature.WRITE_ENUMS_USING_TO_STRING)
            .addModule(new SimpleModule()
                    .addDeserializer(ActorState.class, new OrUnknown<>(ActorState.values(), ActorState.UNKNOWN))
                    .addDeserializer(PortProtocol.class, new OrUnknown<>(PortProtocol.values(), PortProtocol.UNKNOWN))
                    .addDeserializer(Text.class, new TextReader()))
            .build();

    private Json() {}

    /** What came is not what was agreed on. */
    static final class Unreadable extends Exception {
        Unreadable(JacksonException cause) {
            super(cause.getOriginalMessage(), cause);
        }
    }

    /** A value that only the caller knows the form of. */
    record Text(@JsonValue @JsonRawValue String json) {}

    static byte[] bytes(Object value) {
        return MAPPER.writeValueAsBytes(value);
    }

    static String text(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    static <T> T read(byte[] json, Class<T> type) throws Unreadable {
        try {
            return MAPPER.readValue(json, type);
        } catch (JacksonException e) {
            throw new Unreadable(e);
        }
    }

    static <T> T read(String json, Class<T> type) throws Unreadable {
        try {
            return MAPPER.readValue(json, type);
        } catch (JacksonException e) {
            throw new Unreadable(e);
        }
    }

    /** Reads a value that this client does not know as the one that says so. */
    private static final class OrUnknown<E extends Enum<E>> extends ValueDeserializer<E> {

        private final E[] values;
        private final E unknown;

        OrUnknown(E[] values, E unknown) {
            this.values = values;
            this.unknown = unknown;
        }

        @Override
        public E deserialize(JsonParser parser, DeserializationContext context) {
            @Nullable String name = parser.getValueAsString();
            return Arrays.stream(values)
                    .filter(value -> value.toString().equals(name))
                    .findFirst()
                    .orElse(unknown);
        }
    }

    private static final class TextReader extends ValueDeserializer<Text> {

        @Override
        public Text deserialize(JsonParser parser, DeserializationContext context) {
            return new Text(parser.readValueAsTree().toString());
        }

        @Override
        public Text getNullValue(DeserializationContext context) {
            return new Text("null");
        }

        @Override
        public @Nullable Text getAbsentValue(DeserializationContext context) {
            return null;
        }
    }
}
