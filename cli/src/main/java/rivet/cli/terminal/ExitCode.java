package rivet.cli.terminal;

import java.util.LinkedHashMap;
import java.util.Map;

/** What a command ends with. Scripts rely on the numbers: they are added to, never changed; see docs/reference/cli.md. */
public enum ExitCode {
    OK(0, "done"),
    FAILED(1, "failed: the server's fault, this machine's or ours"),
    BAD_INPUT(2, "bad input: an option, a project file, or what the server refused as invalid"),
    NOT_FOUND(3, "not found"),
    UNAUTHORISED(4, "not allowed: no token, or one without the right"),
    UNREACHABLE(5, "the server cannot be reached");

    private final int number;
    private final String meaning;

    ExitCode(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
    }

    public int number() {
        return number;
    }

    /** For the help. */
    public static Map<String, String> explained() {
        var explained = new LinkedHashMap<String, String>();
        for (var code : values()) {
            explained.put(Integer.toString(code.number), code.meaning);
        }
        return explained;
    }
}
