package rivet.agent.warden;

import java.util.function.Predicate;
import rivet.agent.linux.ProcessTable;
import rivet.agent.linux.ProcessTable.Seen;

/** Ends a process with all its descendants: by their control group, by their mark, and by their user. */
final class Killer {

    private static final String MARK = "RIVET_PROCESS_ID=";
    private static final int TRIES = 1_000;
    private static final long PAUSE_MS = 10;

    private final ProcessTable processes;

    Killer(String agentMark) {
        this.processes = new ProcessTable(agentMark);
    }

    /** Returns at once; goes on until none is left. */
    void start(Ward ward) {
        WardenMain.thread("kill", () -> {
            for (int i = 0; i < TRIES && !killOnce(ward); i++) {
                pause();
            }
        });
    }

    /** True when none was left. */
    boolean killOnce(Ward ward) {
        ward.group().kill();
        Predicate<Seen> isOurs =
                seen -> seen.has(MARK + ward.mark()) || (ward.user() >= 0 && seen.user() == ward.user());
        var left = processes.find(isOurs);
        processes.kill(left, isOurs);
        return left.isEmpty() && ward.group().processes().isEmpty();
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MS);
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the warden", e);
        }
    }
}
