import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How long a person waits for the dev server and for the command. */
final class StartBench {

    private static final int ROUNDS = 5;
    private static final Path HELLO = hello();

    static List<Row> measure() throws Exception {
        var data = Dev.temporary("start").resolve("data");
        Dev.start(data).close(); // makes the database and unpacks what is kept
        var ready = new ArrayList<Double>();
        var version = new ArrayList<Double>();
        var bare = new ArrayList<Double>();
        for (int round = 0; round < ROUNDS; round++) {
            bare.add(bareJvm(""));
            version.add(run(Dev.HOME.resolve("rivet").toString(), "--version"));
            try (var dev = Dev.start(data)) {
                ready.add(dev.readyMs);
            }
        }
        return List.of(
                Row.absolute("dev server: start to ready, warm disk", ready, bare, "a JVM that prints a word", "ms", "<= 4000 ms", ms -> ms <= 4000),
                Row.absolute("rivet --version", version, bare, "a JVM that prints a word", "ms", "<= 150 ms", ms -> ms <= 150));
    }

    /** How long a JVM takes to print a word. @param classPath what it has on its class path beside the word */
    static double bareJvm(String classPath) throws Exception {
        return run(ProcessHandle.current().info().command().orElseThrow(), "-XX:+UseSerialGC", "-cp", HELLO + ":" + classPath, "Hello");
    }

    private static double run(String... command) throws Exception {
        var began = System.nanoTime();
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getInputStream().readAllBytes();
        if (process.waitFor() != 0) {
            throw new IllegalStateException(List.of(command) + " failed");
        }
        return (System.nanoTime() - began) / 1e6;
    }

    private static Path hello() {
        try {
            return compiled();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path compiled() throws Exception {
        var folder = Dev.temporary("hello");
        var source = Files.writeString(
                folder.resolve("Hello.java"), "class Hello { public static void main(String[] a) { System.out.println(\"hello\"); } }");
        var javac = Path.of(ProcessHandle.current().info().command().orElseThrow()).resolveSibling("javac");
        run(javac.toString(), "-d", folder.toString(), source.toString());
        return folder;
    }

    private StartBench() {}
}
