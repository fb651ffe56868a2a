package rivet.agent.linux;

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

/** One sandbox's control groups, one in each of the kernel's trees that we use; perhaps in none. */
public final class Group {

    private static final Logger log = LoggerFactory.getLogger(Group.class);

    /** One of the kernel's trees of groups, and what we use it for. */
    public enum Tree {
        V2,
        V1_FREEZER,
        V1_MEMORY,
        V1_PIDS,
        V1_CPU
    }

    /** In the order in which they are entered: whoever is in any of them is in the first. */
    private final SortedMap<Tree, Path> folders;

    public Group(Map<Tree, Path> folders) {
        this.folders = new TreeMap<>(folders);
    }

    /** Whether there is a group at all; who cannot write its files can never leave it. */
    public boolean holds() {
        return !folders.isEmpty();
    }

    /** Who writes a 0 into each of these files has entered the group, and all its children with it. */
    public List<String> doors() {
        return folders.values().stream()
                .map(folder -> folder.resolve("cgroup.procs").toString())
                .toList();
    }

    /** Kills all who are in it; they may need a moment to be gone. */
    public void kill() {
        var v2 = folders.get(Tree.V2);
        if (v2 != null) {
            write(v2.resolve("cgroup.kill"), "1");
            freeze("THAWED"); // Both trees side by side: who is frozen in the other dies only now.
            return;
        }
        // Frozen first: a fork bomb could otherwise fork faster than we kill. The frozen die when they thaw.
        freeze("FROZEN");
        // One that we cannot see from our namespace is listed as 0, which to kill is to kill ourselves.
        processes().stream().filter(pid -> pid > 0).forEach(pid -> Posix.kill(pid, Posix.SIGKILL));
        freeze("THAWED");
    }

    /** Who is still in it; a zombie is not. */
    public SortedSet<Integer> processes() {
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
    public boolean ranOutOfMemory() {
        return counter(Tree.V2, "memory.events") || counter(Tree.V1_MEMORY, "memory.oom_control");
    }

    /** False while the kernel still holds the remains of someone in it. */
    public boolean remove() {
        boolean gone = true;
        for (var folder : folders.values()) {
            gone &= remove(folder);
        }
        return gone;
    }

    /** Where it is in each tree. */
    public Map<Tree, Path> folders() {
        return folders;
    }

    /**
     * Holds all who are in it still, or lets them go on; false where the kernel offers no way that they could not undo
     * themselves.
     */
    public boolean freeze(boolean still) {
        if (folders.containsKey(Tree.V1_FREEZER)) {
            return freeze(still ? "FROZEN" : "THAWED");
        }
        var v2 = folders.get(Tree.V2);
        if (v2 == null || !Files.exists(v2.resolve("cgroup.freeze"))) {
            return false;
        }
        return write(v2.resolve("cgroup.freeze"), still ? "1" : "0");
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

    private boolean freeze(String state) {
        var folder = folders.get(Tree.V1_FREEZER);
        return folder != null && write(folder.resolve("freezer.state"), state);
    }

    private static boolean write(Path file, String text) {
        try {
            Files.writeString(file, text);
            return true;
        } catch (IOException e) {
            log.atWarn().addKeyValue("file", file).setCause(e).log("a control group could not be written");
            return false;
        }
    }
}
