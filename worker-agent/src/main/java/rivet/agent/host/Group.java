package rivet.agent.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rivet.agent.host.ControlGroups.Tree;

/** One sandbox's control groups, one in each of the kernel's trees that we use; perhaps in none. */
final class Group {

    private static final Logger log = LoggerFactory.getLogger(Group.class);

    /** In the order in which they are entered: whoever is in any of them is in the first. */
    private final SortedMap<Tree, Path> folders;

    Group(Map<Tree, Path> folders) {
        this.folders = new TreeMap<>(folders);
    }

    /** Whether there is a group at all; who cannot write its files can never leave it. */
    boolean holds() {
        return !folders.isEmpty();
    }

    /** Who writes a 0 into each of these files has entered the group, and all its children with it. */
    List<String> doors() {
        return folders.values().stream()
                .map(folder -> folder.resolve("cgroup.procs").toString())
                .toList();
    }

    /** Kills all who are in it; they may need a moment to be gone. */
    void kill() {
        var v2 = folders.get(Tree.V2);
        if (v2 != null) {
            write(v2.resolve("cgroup.kill"), "1");
            return;
        }
        // Frozen first: a fork bomb could otherwise fork faster than we kill. The frozen die when they thaw.
        freeze("FROZEN");
        processes().forEach(pid -> Posix.kill(pid, Posix.SIGKILL));
        freeze("THAWED");
    }

    /** Who is still in it; a zombie is not. */
    SortedSet<Integer> processes() {
        var pids = new TreeSet<Integer>();
        if (folders.isEmpty()) {
            return pids;
        }
        var folder = folders.firstEntry().getValue();
        try {
            Files.readAllLines(folder.resolve("cgroup.procs")).forEach(line -> pids.add(Integer.parseInt(line)));
        } catch (NoSuchFileException _) {
            // Removed: then there is nobody in it.
        } catch (IOException e) {
            throw new UncheckedIOException(e); // To call it empty would let a second copy start.
        }
        return pids;
    }

    /** Whether the kernel killed someone in it for want of memory. */
    boolean ranOutOfMemory() {
        return counter(Tree.V2, "memory.events") || counter(Tree.V1_MEMORY, "memory.oom_control");
    }

    /** False while the kernel still holds the remains of someone in it. */
    boolean remove() {
        boolean gone = true;
        for (var folder : folders.values()) {
            gone &= remove(folder);
        }
        return gone;
    }

    private static boolean remove(Path folder) {
        try {
            Files.delete(folder);
            return true;
        } catch (NoSuchFileException _) {
            return true;
        } catch (DirectoryNotEmptyException e) {
            log.atWarn().addKeyValue("group", folder).setCause(e).log("a control group has groups inside");
            return false;
        } catch (IOException e) {
            log.atDebug().addKeyValue("group", folder).setCause(e).log("a control group is still busy");
            return false;
        }
    }

    private boolean counter(Tree tree, String file) {
        var folder = folders.get(tree);
        if (folder == null || !Files.exists(folder.resolve(file))) {
            return false;
        }
        try {
            return Files.readAllLines(folder.resolve(file)).stream()
                    .anyMatch(line -> line.startsWith("oom_kill ") && !line.equals("oom_kill 0"));
        } catch (IOException e) {
            log.atDebug().addKeyValue("group", folder).setCause(e).log("a group could not be read");
            return false;
        }
    }

    private void freeze(String state) {
        var folder = folders.get(Tree.V1_FREEZER);
        if (folder != null) {
            write(folder.resolve("freezer.state"), state);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            log.atWarn().addKeyValue("file", file).setCause(e).log("a control group could not be written");
        }
    }
}
