package rivet.controlplane.web;

import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/** JSON that is none, or is not what was wanted, in the words of JSON and not of Java. */
final class BadJson {

    private BadJson() {}

    static Problem problem(JacksonException json) {
        var field = path(json);
        var problem = new Problem(HttpStatus.BAD_REQUEST, "API_BAD_BODY", message(json, field));
        if (!field.isEmpty()) {
            problem.at(field);
        }
        var where = json.getLocation();
        if (where != null && where.getLineNr() > 0) {
            problem.with("line", where.getLineNr()).with("column", where.getColumnNr());
        }
        return problem;
    }

    private static String message(JacksonException json, String field) {
        var what = switch (json) {
            case UnrecognizedPropertyException unknown ->
                "unknown field (expected: one of %s)".formatted(known(unknown));
            case MismatchedInputException mismatched
            when expected(mismatched) != null -> "another kind of value (expected: %s)".formatted(expected(mismatched));
            default -> firstLine(json.getOriginalMessage());
        };
        return field.isEmpty() ? "the body: " + what : field + ": " + what;
    }

    private static @Nullable String expected(MismatchedInputException json) {
        var wanted = json.getTargetType();
        if (wanted == null || wanted.isEnum()) {
            return null;
        }
        if (wanted == String.class) {
            return "a string";
        }
        if (wanted == boolean.class || wanted == Boolean.class) {
            return "true or false";
        }
        if (Number.class.isAssignableFrom(wanted) || wanted.isPrimitive()) {
            return "a number";
        }
        if (Collection.class.isAssignableFrom(wanted)) {
            return "an array";
        }
        return wanted.isRecord() || Map.class.isAssignableFrom(wanted) ? "an object" : null;
    }

    private static String path(JacksonException json) {
        return json.getPath().stream()
                .map(step -> step.getPropertyName() == null ? String.valueOf(step.getIndex()) : step.getPropertyName())
                .collect(Collectors.joining("."));
    }

    private static String known(UnrecognizedPropertyException unknown) {
        var ids = unknown.getKnownPropertyIds();
        return ids == null ? "" : ids.stream().map(String::valueOf).sorted().collect(Collectors.joining(", "));
    }

    private static String firstLine(@Nullable String message) {
        return message == null ? "not JSON" : message.lines().findFirst().orElse(message);
    }
}
