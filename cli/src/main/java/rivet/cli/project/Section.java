package rivet.cli.project;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One object of the file whose keys we know. Keys may be written in camelCase or snake_case. */
final class Section {

    private final Source source;
    private final String path;
    private final Node.Fields fields;
    private final Map<String, Node.Member> members = new LinkedHashMap<>();

    /** @param known the keys that may stand here, in camelCase */
    Section(Source source, String path, Node.Fields fields, List<String> known) {
        this.source = source;
        this.path = path;
        this.fields = fields;
        fields.members().forEach((key, member) -> add(key, member, known));
    }

    /** What {@code node} is, if it is an object. */
    static Section of(Source source, String path, Node node, List<String> known) {
        if (node instanceof Node.Fields fields) {
            return new Section(source, path, fields, known);
        }
        throw expected(source, path, node, "an object");
    }

    Place at() {
        return fields.at();
    }

    boolean has(String key) {
        return members.containsKey(key);
    }

    /** Where the key stands, or else the object. */
    Place at(String key) {
        var member = members.get(key);
        return member == null ? at() : member.keyAt();
    }

    Optional<String> text(String key) {
        return value(key).map(node -> switch (node) {
            case Node.Text text when !text.value().isBlank() -> text.value();
            default -> throw expected(key, node, "a text that is not empty");
        });
    }

    /** Like {@link #text}, of values that may be empty. */
    Optional<String> anyText(String key) {
        return value(key).map(node -> switch (node) {
            case Node.Text text -> text.value();
            default -> throw expected(key, node, "a text");
        });
    }

    String oneOf(String key, String otherwise, List<String> allowed) {
        var found = value(key);
        if (found.isEmpty()) {
            return otherwise;
        }
        if (found.get() instanceof Node.Text text && allowed.contains(text.value())) {
            return text.value();
        }
        throw expected(
                key,
                found.get(),
                allowed.stream().map(each -> "\"" + each + "\"").collect(Collectors.joining(" or ")));
    }

    boolean flag(String key, boolean otherwise) {
        return value(key)
                .map(node -> switch (node) {
                    case Node.Flag flag -> flag.value();
                    default -> throw expected(key, node, "true or false");
                })
                .orElse(otherwise);
    }

    long whole(String key, long otherwise, long least, long most) {
        return value(key)
                .map(node -> switch (node) {
                    case Node.Whole whole when whole.value() >= least && whole.value() <= most -> whole.value();
                    default -> throw expected(key, node, "a whole number from %d to %d".formatted(least, most));
                })
                .orElse(otherwise);
    }

    /** A map whose keys are the author's own, such as tags. */
    Map<String, String> texts(String key) {
        var texts = new LinkedHashMap<String, String>();
        entries(key).forEach((name, member) -> {
            if (!(member.value() instanceof Node.Text text)) {
                throw expected(source, pathOf(key) + "." + name, member.value(), "a text");
            }
            texts.put(name, text.value());
        });
        return texts;
    }

    /** The members of a map whose keys are the author's own. */
    Map<String, Node.Member> entries(String key) {
        return value(key)
                .map(node -> switch (node) {
                    case Node.Fields entries -> entries.members();
                    default -> throw expected(key, node, "an object");
                })
                .orElse(Map.of());
    }

    Optional<Section> section(String key, List<String> known) {
        return value(key).map(node -> of(source, pathOf(key), node, known));
    }

    String pathOf(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private Optional<Node> value(String key) {
        return Optional.ofNullable(members.get(key)).map(Node.Member::value);
    }

    private void add(String written, Node.Member member, List<String> known) {
        var key = camelCase(written);
        if (!known.contains(key)) {
            throw source.mistake(member.keyAt(), unknown(written, Nearest.of(key, known)), pathOf(written));
        }
        if (members.put(key, member) != null) {
            throw source.mistake(
                    member.keyAt(), "'%s' stands here twice, in two spellings".formatted(pathOf(key)), pathOf(written));
        }
    }

    private String unknown(String written, @Nullable String nearest) {
        var where = path.isEmpty() ? "" : " in " + path;
        var hint = nearest == null ? "" : " (did you mean '%s'?)".formatted(nearest);
        return "unknown key '%s'%s%s".formatted(written, where, hint);
    }

    private RuntimeException expected(String key, Node found, String expected) {
        return expected(source, pathOf(key), found, expected);
    }

    private static RuntimeException expected(Source source, String path, Node found, String expected) {
        var name = path.isEmpty() ? "the file" : path;
        return source.mistake(found.at(), "%s: %s (expected: %s)".formatted(name, found.shown(), expected), path);
    }

    private static String camelCase(String key) {
        var camel = new StringBuilder();
        boolean upper = false;
        for (int i = 0; i < key.length(); i++) {
            char letter = key.charAt(i);
            if (letter == '_' && !camel.isEmpty()) {
                upper = true;
            } else {
                camel.append(upper ? Character.toUpperCase(letter) : letter);
                upper = false;
            }
        }
        return camel.toString();
    }
}
