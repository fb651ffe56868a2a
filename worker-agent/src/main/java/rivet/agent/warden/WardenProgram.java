package rivet.agent.warden;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rivet.agent.linux.Posix;
import rivet.agent.linux.Spawn;

/**
 * The command line that is a warden: a second JVM with the least that one can have, as the first process of a namespace of
 * its own, so that the kernel itself ends all that it started when it ends, whatever they did to hide.
 */
final class WardenProgram {

    private static final Logger log = LoggerFactory.getLogger(WardenProgram.class);

    private static final String NO_ONE_ELSE = "umask 077; exec \"$@\"";

    private static final List<String> NAMESPACE =
            List.of("--pid", "--fork", "--kill-child=KILL", "--mount-proc", "--propagation", "slave");

    /** Where only root may make namespaces, but everyone one for users. */
    private static final List<String> USER_NAMESPACE = List.of("--user", "--map-current-user");

    private static final List<String> SMALLEST = List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xms2m",
            "-Xmx32m",
            "-Xss256k",
            "-XX:ReservedCodeCacheSize=8m",
            "-XX:MaxDirectMemorySize=8m",
            "-XX:-UsePerfData",
            "-XX:+ExitOnOutOfMemoryError",
            "-Xshare:auto",
            // The JDK's class archive stays where it was made, and its pages are shared with other JVMs: 7 MB less.
            "-XX:+UnlockDiagnosticVMOptions",
            "-XX:ArchiveRelocationMode=0",
            "--enable-native-access=ALL-UNNAMED",
            "-Dslf4j.internal.verbosity=ERROR");

    private WardenProgram() {}

    /** @param log where it prints to */
    record Places(Path socket, Path outputs, Path log) {}

    /** Starts it so that it outlives us, and returns its pid. @param marks by which it is found, as {@code NAME=value} */
    static int start(Places files, List<String> marks) {
        var line = new ArrayList<>(List.of("/bin/sh", "-c", NO_ONE_ELSE, "rivet"));
        line.addAll(namespace());
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(SMALLEST);
        line.addAll(List.of("-cp", classPath(), WardenMain.class.getName()));
        line.addAll(List.of(files.socket().toString(), files.outputs().toString(), marks.getFirst()));
        var environment = new ArrayList<>(marks);
        environment.add("PATH=" + System.getenv().getOrDefault("PATH", "/usr/bin:/bin"));
        int nothing = Posix.open("/dev/null", 0, 0);
        int printed = Posix.open(files.log().toString(), Posix.O_WRONLY | Posix.O_CREAT | Posix.O_APPEND, 0600);
        try {
            return Spawn.spawn(line, environment, Path.of("/"), new Spawn.Streams(nothing, printed, printed));
        } finally {
            Posix.close(nothing);
            Posix.close(printed);
        }
    }

    private static List<String> namespace() {
        var unshare = new File("/usr/bin/unshare").canExecute() ? "/usr/bin/unshare" : "/bin/unshare";
        for (var more : List.of(List.<String>of(), USER_NAMESPACE)) {
            var line = new ArrayList<>(List.of(unshare));
            line.addAll(more);
            line.addAll(NAMESPACE);
            if (works(line)) {
                return line;
            }
        }
        log.warn("no process namespace can be made here: what forks twice outlives a warden that is killed,"
                + " until the agent ends it");
        return List.of();
    }

    private static boolean works(List<String> unshare) {
        var line = new ArrayList<>(unshare);
        line.add("/bin/true");
        try {
            var trial = new ProcessBuilder(line)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return trial.waitFor(5, TimeUnit.SECONDS) && trial.exitValue() == 0;
        } catch (IOException e) {
            log.atDebug().setCause(e).log("no namespace");
            return false;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Ourselves and the logger's interface: all that a warden needs, and so all that it can load. */
    private static String classPath() {
        return place(WardenMain.class) + File.pathSeparator + place(Logger.class);
    }

    private static Path place(Class<?> type) {
        try {
            var source = Objects.requireNonNull(type.getProtectionDomain().getCodeSource(), "code source");
            return Path.of(source.getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the class path has a place that is no path", e);
        }
    }
}
