package rivet.cli.terminal;

/** What a command ends with. Scripts rely on the numbers: they are added to, never changed; see docs/reference/cli.md. */
public enum ExitCode {
    OK(0),
    FAILED(1),
    BAD_INPUT(2),
    NOT_FOUND(3),
    UNAUTHORISED(4),
    UNREACHABLE(5);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }
}
