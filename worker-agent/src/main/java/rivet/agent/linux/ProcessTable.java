package rivet.agent.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds our processes among all: by what we had put into their environment, which a child inherits however often it forks,
 * and by their user where that is ours alone. Needs no right but to see one's own processes.
 */
public final class ProcessTable {

    private static final Logger log = LoggerFactory.getLogger(ProcessTable.class);

    private static final Path PROC = Path.of("/proc");
    private static final Pattern USER = Pattern.compile("\nUid:\t(\\d+)");

    private final String agentMark;
    private final int self = (int) ProcessHandle.current().pid();
    private final ReentrantLock lock = new ReentrantLock();
    private Snapshot last = new Snapshot(System.nanoTime(), List.of());

    /** @param agentMark the variable, as in {@code NAME=value}, that each process of this agent has */
    public ProcessTable(String agentMark) {
        this.agentMark = agentMark;
    }

    /** @param marks the variables of this process that tell whose it is */
    public record Seen(int pid, long user, List<String> marks) {

        public boolean has(String mark) {
            return marks.contains(mark);
        }
    }

    private record Snapshot(long begun, List<Seen> processes) {}

    /**
     * The processes that live now and match. Those who ask while a look is under way share the next one, so that a
     * thousand simultaneous exits cost a few looks and not a thousand.
     */
    public List<Seen> find(Predicate<Seen> ours) {
        var asked = System.nanoTime();
        lock.lock();
        try {
            if (last.begun - asked < 0) {
                last = new Snapshot(System.nanoTime(), look());
            }
            return last.processes.stream().filter(ours).toList();
        } finally {
            lock.unlock();
        }
    }

    /** Kills each, unless its number has become another's since. */
    public void kill(List<Seen> found, Predicate<Seen> ours) {
        for (var seen : found) {
            int pidfd = Posix.pidfd(seen.pid());
            if (pidfd >= 0) {
                var now = look(seen.pid());
                if (now != null && ours.test(now)) {
                    Posix.signal(pidfd, Posix.SIGKILL);
                }
                Posix.close(pidfd);
            }
        }
    }

    private List<Seen> look() {
        var seen = new ArrayList<Seen>();
        try (var folders = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (var folder : folders) {
                int pid = Integer.parseInt(folder.getFileName().toString());
                var process = pid == self ? null : look(pid);
                if (process != null) {
                    seen.add(process);
                }
            }
        } catch (IOException e) {
            log.atError().setCause(e).log("the process table could not be read");
        }
        return seen;
    }

    /** Null when it is gone, is a zombie, or cannot be seen. */
    private @Nullable Seen look(int pid) {
        var folder = PROC.resolve(Integer.toString(pid));
        try {
            var status = Files.readString(folder.resolve("status"), StandardCharsets.ISO_8859_1);
            var user = USER.matcher(status);
            // The folder's owner would be the shorter way, but a process can make that root.
            if (status.contains("\nState:\tZ") || !user.find()) {
                return null;
            }
            return new Seen(pid, Long.parseLong(user.group(1)), marks(folder));
        } catch (IOException _) {
            return null; // Gone since we listed it.
        }
    }

    private List<String> marks(Path folder) {
        try {
            var environment = Files.readAllBytes(folder.resolve("environ"));
            var text = new String(environment, StandardCharsets.ISO_8859_1);
            return text.contains(agentMark)
                    ? Arrays.stream(text.split("\0", -1))
                            .filter(variable -> variable.startsWith("RIVET_"))
                            .toList()
                    : List.of();
        } catch (IOException _) {
            return List.of(); // Another user's: not ours.
        }
    }
}
