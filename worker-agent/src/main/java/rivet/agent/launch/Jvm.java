package rivet.agent.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A Java runtime and what of ours is on each actor's class path.
 *
 * @param java the program
 * @param sdk the actor's side of the SDK as a jar
 * @param cacheName of the file that a cache is kept in; another where either of the two is another
 */
record Jvm(Path java, Path sdk, String cacheName) {

    /** What a JVM needs beside its heap: classes, compiled code, stacks, buffers. */
    private static final int LEAST_OUTSIDE_HEAP_MIB = 80;

    private static final int LEAST_HEAP_MIB = 16;

    static Jvm of(Path java, Path sdk) throws IOException {
        var program = "%d-%d"
                .formatted(Files.size(java), Files.getLastModifiedTime(java).toMillis());
        return new Jvm(java, sdk, "%s-%s.aot".formatted(sdk.getFileName(), program));
    }

    /**
     * The author's jar comes first: what it brings of the SDK is what it was tested with, and ours is for those that bring
     * none. The variables between the two keep their meaning.
     *
     * @param folder the sandbox's own
     * @param aot a cache that this runtime made for the same jar
     */
    List<String> line(Path jar, int memoryMib, Path folder, Optional<Path> aot) {
        var line = new ArrayList<>(usual(memoryMib));
        aot.ifPresent(cache -> line.add("-XX:AOTCache=" + cache));
        line.addAll(List.of(
                // A cache that does not fit any more costs time and is no news for the actor's log.
                "-Xlog:aot=off",
                "-Xlog:cds=off",
                "-Djava.io.tmpdir=" + folder.resolve("tmp"),
                "-Duser.home=" + folder,
                "-Dstdout.encoding=UTF-8",
                "-Dstderr.encoding=UTF-8"));
        line.addAll(List.of("-cp", classPath(jar), "rivet.actor.ActorMain"));
        return List.copyOf(line);
    }

    /** Runs nothing of the author's. @param target where the cache is written */
    List<String> rehearsal(Path jar, int memoryMib, Path target) {
        var line = new ArrayList<>(usual(memoryMib));
        line.add("-XX:AOTCacheOutput=" + target);
        line.addAll(List.of("-cp", classPath(jar), Rehearsal.class.getName()));
        return List.copyOf(line);
    }

    /** A cache fits the options and the class path that it was made with. */
    private List<String> usual(int memoryMib) {
        return List.of(
                java.toString(),
                // One small heap among many on a machine: no helper threads, least memory.
                "-XX:+UseSerialGC",
                "-Xms8m",
                "-Xmx" + heapMib(memoryMib) + "m",
                "-XX:MaxDirectMemorySize=" + Math.max(LEAST_HEAP_MIB, memoryMib / 8) + "m",
                // An actor that has no memory left serves nobody, and a new generation does.
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:-UsePerfData");
    }

    static int heapMib(int memoryMib) {
        return Math.max(LEAST_HEAP_MIB, memoryMib - Math.max(LEAST_OUTSIDE_HEAP_MIB, memoryMib / 4));
    }

    private String classPath(Path jar) {
        return jar + ":" + sdk;
    }
}
