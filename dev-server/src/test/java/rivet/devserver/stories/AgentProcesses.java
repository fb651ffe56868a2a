package rivet.devserver.stories;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The processes of an agent, as the process table has them, by the mark in the environment that each of them was
 * started with: a JavaScript actor's process is older than the actor and carries no mark of its own.
 */
final class AgentProcesses {

    private static final String LISTENS = "0A";

    private final String mark;

    /** @param data of a dev server that has started */
    AgentProcesses(Path data) throws IOException {
        this(Files.readString(data.resolve("agent/agent-id")).strip());
    }

    /** @param agent its id */
    AgentProcesses(String agent) {
        this.mark = "RIVET_AGENT_ID=" + agent;
    }

    /** All of them, however far they have moved away: actors, those that wait to become one, and the warden. */
    Set<Long> all() {
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid -> environmentOf(pid).contains(mark))
                .collect(Collectors.toSet());
    }

    /** Those of actors that have a port: nothing else that the agent starts listens. */
    Set<Long> listening() throws IOException {
        var listening = listeningSockets();
        return all().stream()
                .filter(pid -> socketsOf(pid).anyMatch(listening::contains))
                .collect(Collectors.toSet());
    }

    static String environmentOf(long pid) {
        try {
            return Files.readString(Path.of("/proc/%d/environ".formatted(pid)), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return ""; // it has ended
        }
    }

    private static Set<String> listeningSockets() throws IOException {
        var sockets = new HashSet<String>();
        for (var table : new String[] {"/proc/net/tcp", "/proc/net/tcp6"}) {
            for (var line : Files.readAllLines(Path.of(table))) {
                var fields = line.strip().split("\\s+", -1);
                if (fields[3].equals(LISTENS)) {
                    sockets.add("socket:[" + fields[9] + "]");
                }
            }
        }
        return sockets;
    }

    private static Stream<String> socketsOf(long pid) {
        try (var files = Files.list(Path.of("/proc/%d/fd".formatted(pid)))) {
            return files.map(AgentProcesses::target).toList().stream();
        } catch (IOException e) {
            return Stream.empty(); // it has ended
        }
    }

    private static String target(Path file) {
        try {
            return Files.readSymbolicLink(file).toString();
        } catch (IOException e) {
            return ""; // it is closed
        }
    }
}
