package rivet.controlplane.route;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import rivet.controlplane.web.Problem;
import rivet.controlplane.web.Texts;
import rivet.protocol.api.RouteView;

/** What a route must be like. Each refusal names the field. */
final class RouteChecks {

    private static final Pattern NAME = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
    private static final Pattern NUMBER = Pattern.compile("[0-9]+|0x[0-9a-f]*");
    /** Host names of this form name one port of one actor. */
    private static final Pattern ACTOR_LABEL =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(-.*)?");

    private static final Pattern COMPONENT = Pattern.compile("[A-Za-z0-9_-]([A-Za-z0-9_.-]{0,62}[A-Za-z0-9_-])?");

    private static final int LONGEST_NAME = 16;
    private static final int LONGEST_HOSTNAME = 253;
    private static final int LONGEST_PATH = 256;
    private static final int MOST_COMPONENTS = 8;
    private static final int MOST_TAGS = 8;
    private static final int LONGEST_TAG_KEY = 32;
    private static final int LONGEST_TAG_VALUE = 1024;

    private RouteChecks() {}

    static String name(String name) {
        if (name.length() > LONGEST_NAME || !NAME.matcher(name).matches()) {
            throw invalid(
                    "NAME_ID",
                    "name_id",
                    name,
                    "1 to %d of a-z, 0-9 and single dashes between them".formatted(LONGEST_NAME));
        }
        return name;
    }

    static RouteDraft draft(RouteView.Update update) {
        return new RouteDraft(
                hostname(update.hostname()),
                path(update.path()),
                flag("route_subpaths", update.routeSubpaths()),
                flag("strip_prefix", update.stripPrefix()),
                selectorTags(update.target()));
    }

    /** Any name that an operator can point at a proxy; an address, or a name without a dot, is none. */
    private static String hostname(@Nullable String given) {
        var hostname = given == null ? "" : given.toLowerCase(Locale.ROOT);
        var labels = hostname.split("\\.", -1);
        var fits = hostname.length() <= LONGEST_HOSTNAME && labels.length >= 2;
        for (var label : labels) {
            fits &= LABEL.matcher(label).matches();
        }
        if (!fits || NUMBER.matcher(labels[labels.length - 1]).matches()) {
            throw invalid("HOSTNAME", "hostname", given, "a DNS name such as app.example.com, without scheme and port");
        }
        if (ACTOR_LABEL.matcher(labels[0]).matches()) {
            throw invalid("HOSTNAME", "hostname", given, "a name that does not begin with an actor's id");
        }
        return hostname;
    }

    /** A single slash is the same as none: every request has a path. */
    private static String path(@Nullable String path) {
        if (path == null || path.length() > LONGEST_PATH) {
            throw badPath(path);
        }
        if (path.isEmpty() || path.equals("/")) {
            return "";
        }
        var components = path.substring(1).split("/", -1);
        if (!path.startsWith("/") || components.length > MOST_COMPONENTS) {
            throw badPath(path);
        }
        for (var component : components) {
            if (!COMPONENT.matcher(component).matches() || component.contains("..")) {
                throw badPath(path);
            }
        }
        return path;
    }

    private static Problem badPath(@Nullable String path) {
        return invalid(
                "PATH",
                "path",
                path,
                "empty, or / and 1 to %d parts of at most 64 of A-Z, a-z, 0-9, -, _ and . between them, %d in all"
                        .formatted(MOST_COMPONENTS, LONGEST_PATH));
    }

    private static boolean flag(String field, @Nullable Boolean flag) {
        if (flag == null) {
            throw Problem.badField(field, null, "true or false");
        }
        return flag;
    }

    private static Map<String, String> selectorTags(RouteView.@Nullable Target target) {
        var actors = target == null ? null : target.actors();
        if (actors == null) {
            throw invalid("TARGET", "target.actors", null, "an object with selector_tags");
        }
        var tags = actors.selectorTags();
        if (tags == null || tags.isEmpty() || tags.size() > MOST_TAGS) {
            throw badTags("target.actors.selector_tags", tags, "1 to %d tags".formatted(MOST_TAGS));
        }
        tags.forEach((key, value) -> {
            if (!fits(key, LONGEST_TAG_KEY)) {
                throw badTags("target.actors.selector_tags", key, "keys of 1 to %d bytes".formatted(LONGEST_TAG_KEY));
            }
            if (!fits(value, LONGEST_TAG_VALUE)) {
                throw badTags(
                        "target.actors.selector_tags." + key,
                        value,
                        "a text of 1 to %d bytes".formatted(LONGEST_TAG_VALUE));
            }
        });
        return new TreeMap<>(tags);
    }

    private static boolean fits(@Nullable String text, int longest) {
        return text != null && !text.isEmpty() && Texts.bytes(text) <= longest && Texts.storable(text);
    }

    private static Problem badTags(String field, @Nullable Object came, String expected) {
        return invalid("SELECTOR_TAGS", field, came, expected);
    }

    static Problem reserved(String hostname) {
        return invalid("HOSTNAME", "hostname", hostname, "another name than the one under which a proxy serves actors");
    }

    /** Says what {@link Problem#badField} would, under the code that the published client knows. */
    private static Problem invalid(String what, String field, @Nullable Object came, String expected) {
        var said = Problem.badField(field, came, expected);
        return new Problem(HttpStatus.BAD_REQUEST, "ROUTE_INVALID_" + what, String.valueOf(said.getMessage()))
                .at(field, expected);
    }
}
