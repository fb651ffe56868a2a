package rivet.agent.warden;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import rivet.agent.linux.Exit;
import rivet.agent.linux.Group;

/**
 * What the agent and the warden say to each other: a length of four bytes, a byte that says which message it is, and its
 * fields in their order, numbers with the highest byte first, texts as UTF-8 after their length. Agents of another version
 * do not adopt: {@link #VERSION} is raised whenever any of this changes.
 */
sealed interface Message {

    int VERSION = 1;

    /** No message is longer: an assignment has at most the sizes that the control plane allows, output comes in pieces. */
    int LONGEST = 8 << 20;

    // The agent says:

    /**
     * The first.
     *
     * @param nanos the agent's {@link System#nanoTime}, which must be the warden's too: deadlines are told in it
     * @param orphanLimitMs how long the warden and what it holds live without an agent
     */
    record Hello(int version, long nanos, long orphanLimitMs) implements Message {}

    /**
     * @param id of the process, never used twice
     * @param groups the control groups it enters, each as {@code tree=folder}
     * @param user a user number that is its own; -1 if it has none
     */
    record Spawn(
            String id,
            String mark,
            List<String> line,
            List<String> environment,
            String folder,
            List<String> groups,
            long user)
            implements Message {}

    /** To its standard input, which is closed then. @param label kept with the process, if it is not empty */
    record Send(String id, Bytes bytes, String label) implements Message {}

    record CloseInput(String id) implements Message {}

    record Signal(String id, int signal) implements Message {}

    /** Ask it to end, and kill all that came of it after so long; told again, the shorter time counts. */
    record Stop(String id, long graceMs) implements Message {

        /** The warden counts whole milliseconds from the one in which it hears of it; it must not kill before a grace is over. */
        private static final Duration ROUNDING = Duration.ofMillis(2);

        static Stop after(String id, Duration grace) {
            return new Stop(id, grace.plus(ROUNDING).toMillis());
        }
    }

    /** All before that place is safe; the first one of a connection also asks for what comes then. */
    record Taken(String id, int stream, long offset) implements Message {}

    /** Its end is written down and none of its descendants is left. */
    record Release(String id) implements Message {}

    /** When all is to be frozen, in {@link System#nanoTime}; in the future, all goes on. */
    record Lease(long deadlineNanos) implements Message {

        /** Nothing is frozen. */
        static final long NONE = Long.MAX_VALUE;
    }

    record Shutdown() implements Message {}

    // The warden says:

    /** The first: what it holds. */
    record Welcome(int version, List<Held> held) implements Message {}

    /** @param pid as the warden sees it; below 0 if it could not be started, with why */
    record Spawned(String id, int pid, String failure) implements Message {}

    /** @param failure empty if all was written */
    record Sent(String id, String failure) implements Message {}

    record Exited(String id, Exit exit) implements Message {}

    /** What is between the last message's end and this offset was lost. */
    record Output(String id, int stream, long offset, Bytes bytes) implements Message {}

    /** No more will come. */
    record OutputEnd(String id, int stream, long offset) implements Message {}

    /**
     * A process from before this connection.
     *
     * @param taken for each stream, up to where its output is safe
     */
    record Held(
            String id, String mark, String label, List<String> groups, long user, List<Exit> exit, List<Long> taken) {}

    static List<String> texts(Map<Group.Tree, Path> groups) {
        return groups.entrySet().stream()
                .map(group -> group.getKey() + "=" + group.getValue())
                .toList();
    }

    static Map<Group.Tree, Path> folders(List<String> texts) {
        var folders = new EnumMap<Group.Tree, Path>(Group.Tree.class);
        for (var text : texts) {
            int split = text.indexOf('=');
            folders.put(Group.Tree.valueOf(text.substring(0, split)), Path.of(text.substring(split + 1)));
        }
        return folders;
    }
}
