package rivet.client;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request, before it is known where to.
 *
 * @param path its parts are encoded already
 * @param query not yet encoded
 * @param body becomes JSON
 * @param idempotencyKey makes a POST repeatable
 */
record Call(
        String method,
        String path,
        Map<String, String> query,
        @Nullable Object body,
        @Nullable String idempotencyKey) {

    static Call get(String path) {
        return new Call("GET", path, Map.of(), null, null);
    }

    static Call put(String path, Object body) {
        return new Call("PUT", path, Map.of(), body, null);
    }

    static Call post(String path, @Nullable Object body) {
        return new Call("POST", path, Map.of(), body, null);
    }

    static Call patch(String path, Object body) {
        return new Call("PATCH", path, Map.of(), body, null);
    }

    static Call delete(String path) {
        return new Call("DELETE", path, Map.of(), null, null);
    }

    Call with(String parameter, @Nullable String value) {
        if (value == null) {
            return this;
        }
        var more = new LinkedHashMap<>(query);
        more.put(parameter, value);
        return new Call(method, path, more, body, idempotencyKey);
    }

    Call withIdempotencyKey(String key) {
        return new Call(method, path, query, body, key);
    }

    /** Whether sending it twice is as good as once. */
    boolean repeatable() {
        return switch (method) {
            case "GET", "PUT", "DELETE" -> true;
            default -> idempotencyKey != null;
        };
    }

    @Override
    public String toString() {
        return method + " " + path;
    }
}
