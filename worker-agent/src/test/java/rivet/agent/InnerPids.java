package rivet.agent;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Actors live in a namespace of their warden's, and what they say of their pids is true there. */
public final class InnerPids {

    private InnerPids() {}

    /** Whether a process that calls itself so lives in the namespace of that agent's actors; a zombie does not. */
    public static boolean runs(String agent, String pid) {
        var outer = namespace(Path.of("/proc/self"));
        var namespaces = marked("RIVET_AGENT_ID=" + agent)
                .map(InnerPids::namespace)
                .filter(inner -> !inner.equals(outer))
                .distinct()
                .toList();
        return all().anyMatch(process ->
                namespaces.contains(namespace(process)) && inner(process).equals(pid));
    }

    /** The numbers that the machine knows them by. */
    public static List<Long> of(String variable) {
        return marked(variable)
                .map(process -> Long.parseLong(process.getFileName().toString()))
                .sorted()
                .toList();
    }

    private static Stream<Path> marked(String variable) {
        return all().filter(process ->
                List.of(read(process.resolve("environ")).split("\0", -1)).contains(variable));
    }

    private static Stream<Path> all() {
        return ProcessHandle.allProcesses()
                .map(process -> Path.of("/proc", Long.toString(process.pid())))
                .filter(process -> !read(process.resolve("status")).contains("\nState:\tZ"));
    }

    private static String inner(Path process) {
        return read(process.resolve("status"))
                .lines()
                .filter(line -> line.startsWith("NSpid:"))
                .map(line -> line.substring(line.lastIndexOf('\t') + 1))
                .findFirst()
                .orElse("");
    }

    private static String namespace(Path process) {
        try {
            return Files.readSymbolicLink(process.resolve("ns/pid")).toString();
        } catch (IOException _) {
            return "";
        }
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException _) {
            return "";
        }
    }
}
