package rivet.cli.bundle;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Failure;

/** Reads what esbuild complains of, and says it as {@code file:line:column: message}, both counted from 1. */
final class EsbuildErrors {

    private static final Pattern HEAD = Pattern.compile("^\\S+ \\[ERROR] (.*)$");
    private static final Pattern PLACE = Pattern.compile("^ {4}(\\S.*):(\\d+):(\\d+):$");
    private static final Pattern UNRESOLVED = Pattern.compile("Could not resolve \"([^\"]+)\"");
    private static final int SHOWN = 10;

    private EsbuildErrors() {}

    static Failure failure(String said) {
        var messages = messages(said);
        var shown = messages.isEmpty()
                ? said.strip()
                : String.join("\n", messages.stream().limit(SHOWN).toList());
        var failure = new Failure(ExitCode.FAILED, "BUNDLE_FAILED", shown);
        var unresolved = UNRESOLVED.matcher(shown);
        return unresolved.find() ? failure.withRemedy(remedy(unresolved.group(1))) : failure;
    }

    private static List<String> messages(String said) {
        var messages = new ArrayList<String>();
        var lines = said.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            var head = HEAD.matcher(lines.get(i));
            if (head.matches()) {
                messages.add(place(lines, i) + head.group(1));
            }
        }
        return messages;
    }

    /** The place stands two lines below, where there is one. */
    private static String place(List<String> lines, int head) {
        if (head + 2 >= lines.size()) {
            return "";
        }
        var place = PLACE.matcher(lines.get(head + 2));
        return place.matches()
                ? "%s:%s:%d: ".formatted(place.group(1), place.group(2), Integer.parseInt(place.group(3)) + 1)
                : "";
    }

    static String remedy(String specifier) {
        if (specifier.startsWith("npm:")) {
            var name = packageName(specifier.substring("npm:".length()));
            return "npm: imports are not bundled: run 'npm install %s' and import \"%s\"".formatted(name, name);
        }
        if (specifier.startsWith("jsr:")) {
            var name = packageName(specifier.substring("jsr:".length()));
            return "jsr: imports are not bundled: run 'npx jsr add %s' and import \"%s\"".formatted(name, name);
        }
        if (specifier.startsWith("http:") || specifier.startsWith("https:")) {
            return "an actor loads nothing from elsewhere when it starts: copy the file into the project, or install a package";
        }
        return specifier.startsWith(".") || specifier.startsWith("/")
                ? "check the path"
                : "run 'npm install %s'".formatted(packageName(specifier));
    }

    /** {@code @scope/name@1/sub} → {@code @scope/name} */
    private static String packageName(String specifier) {
        var parts = specifier.split("/", 3);
        var name = specifier.startsWith("@") && parts.length > 1 ? parts[0] + "/" + parts[1] : parts[0];
        int version = name.indexOf('@', 1);
        return version < 0 ? name : name.substring(0, version);
    }
}
