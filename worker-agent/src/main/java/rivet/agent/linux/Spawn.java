package rivet.agent.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.List;

/**
 * posix_spawn: the child starts in a session of its own, with every signal at its default and no file but its three
 * streams, whatever the agent itself had inherited.
 */
public final class Spawn {

    private static final short SETSIGDEF = 0x04;
    private static final short SETSIGMASK = 0x08;
    private static final short SETSID = 0x80;

    /** More than any C library's own size of the opaque structures. */
    private static final int STRUCTURE_BYTES = 1024;

    private static final MethodHandle SPAWN = Posix.call(
            "posix_spawn", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
    private static final MethodHandle ACTIONS_INIT = onStructure("posix_spawn_file_actions_init");
    private static final MethodHandle ACTIONS_DESTROY = onStructure("posix_spawn_file_actions_destroy");
    private static final MethodHandle ADD_DUP2 = Posix.call(
            "posix_spawn_file_actions_adddup2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
    private static final MethodHandle ADD_CLOSE_FROM =
            Posix.call("posix_spawn_file_actions_addclosefrom_np", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle ADD_CHDIR =
            Posix.call("posix_spawn_file_actions_addchdir_np", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
    private static final MethodHandle ATTRIBUTES_INIT = onStructure("posix_spawnattr_init");
    private static final MethodHandle ATTRIBUTES_DESTROY = onStructure("posix_spawnattr_destroy");
    private static final MethodHandle SET_FLAGS =
            Posix.call("posix_spawnattr_setflags", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_SHORT));
    private static final MethodHandle SET_DEFAULTS =
            Posix.call("posix_spawnattr_setsigdefault", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
    private static final MethodHandle SET_MASK =
            Posix.call("posix_spawnattr_setsigmask", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
    private static final MethodHandle FILL_SET = onStructure("sigfillset");
    private static final MethodHandle EMPTY_SET = onStructure("sigemptyset");

    private Spawn() {}

    /** What the child's three streams are: our numbers of them. */
    public record Streams(int in, int out, int err) {}

    /** The new process's id. @param environment each as {@code NAME=value}. Its parent-death signal is bound to the calling thread. */
    public static int spawn(List<String> command, List<String> environment, Path folder, Streams streams) {
        try (var arena = Arena.ofConfined()) {
            var actions = arena.allocate(STRUCTURE_BYTES, 16);
            var attributes = arena.allocate(STRUCTURE_BYTES, 16);
            check((int) ACTIONS_INIT.invokeExact(actions));
            check((int) ATTRIBUTES_INIT.invokeExact(attributes));
            try {
                fill(actions, arena.allocateFrom(folder.toString()), streams);
                fill(attributes, arena);
                var pid = arena.allocate(JAVA_INT);
                var program = arena.allocateFrom(command.getFirst());
                var arguments = strings(arena, command);
                var variables = strings(arena, environment);
                check((int) SPAWN.invokeExact(pid, program, actions, attributes, arguments, variables));
                return pid.getAtIndex(JAVA_INT, 0);
            } finally {
                var _ = (int) ACTIONS_DESTROY.invokeExact(actions);
                var _ = (int) ATTRIBUTES_DESTROY.invokeExact(attributes);
            }
        } catch (Throwable e) {
            throw Posix.unexpected(e);
        }
    }

    private static void fill(MemorySegment actions, MemorySegment folder, Streams streams) throws Throwable {
        check((int) ADD_DUP2.invokeExact(actions, streams.in(), 0));
        check((int) ADD_DUP2.invokeExact(actions, streams.out(), 1));
        check((int) ADD_DUP2.invokeExact(actions, streams.err(), 2));
        check((int) ADD_CLOSE_FROM.invokeExact(actions, 3));
        check((int) ADD_CHDIR.invokeExact(actions, folder));
    }

    private static void fill(MemorySegment attributes, Arena arena) throws Throwable {
        var signals = arena.allocate(STRUCTURE_BYTES, 16);
        check((int) FILL_SET.invokeExact(signals));
        check((int) SET_DEFAULTS.invokeExact(attributes, signals));
        check((int) EMPTY_SET.invokeExact(signals));
        check((int) SET_MASK.invokeExact(attributes, signals));
        check((int) SET_FLAGS.invokeExact(attributes, (short) (SETSIGDEF | SETSIGMASK | SETSID)));
    }

    private static MemorySegment strings(Arena arena, List<String> texts) {
        var array = arena.allocate(ADDRESS, texts.size() + 1L);
        for (int i = 0; i < texts.size(); i++) {
            array.setAtIndex(ADDRESS, i, arena.allocateFrom(texts.get(i)));
        }
        array.setAtIndex(ADDRESS, texts.size(), MemorySegment.NULL);
        return array;
    }

    private static MethodHandle onStructure(String name) {
        return Posix.call(name, FunctionDescriptor.of(JAVA_INT, ADDRESS));
    }

    private static void check(int error) {
        if (error != 0) {
            throw new IllegalStateException("posix_spawn failed with errno " + error);
        }
    }
}
