package rivet.agent.linux;

/** How a process ended. */
public sealed interface Exit {

    record Code(int code) implements Exit {}

    record Signal(int number) implements Exit {}

    /** Takes apart what waitpid tells. */
    public static Exit ofWaitStatus(int status) {
        int signal = status & 0x7f;
        return signal == 0 ? new Code((status >> 8) & 0xff) : new Signal(signal);
    }
}
