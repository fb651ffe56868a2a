package cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Who runs on this machine, in whatever namespace, found by a variable in its environment. */
final class Census {

    /** @param variable as {@code NAME=value} @return pids */
    static Set<Long> of(String variable) {
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid -> environment(pid).contains(variable))
                .collect(Collectors.toSet());
    }

    static void kill(Set<Long> pids) {
        pids.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    }

    static List<String> environment(long pid) {
        try {
            return List.of(Files.readString(Path.of("/proc/%d/environ".formatted(pid)), StandardCharsets.ISO_8859_1).split("\0"));
        } catch (IOException e) {
            return List.of(); // it has ended
        }
    }

    private Census() {}
}
