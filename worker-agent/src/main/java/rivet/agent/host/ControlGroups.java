package rivet.agent.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rivet.agent.linux.Group;
import rivet.agent.linux.Group.Tree;

/**
 * The kernel's groups below the agent's own, where the agent may make them: whatever a process does to hide, its group
 * stays with it. Version 2 is used, version 1, or both side by side; where neither can be written there are no groups and
 * no limits.
 */
final class ControlGroups {

    private static final Logger log = LoggerFactory.getLogger(ControlGroups.class);

    private final Map<Tree, Path> folders;

    private ControlGroups(Map<Tree, Path> folders) {
        this.folders = folders;
    }

    static ControlGroups find(String name) {
        var folders = new EnumMap<Tree, Path>(Tree.class);
        var mine = own();
        for (var line : lines(Path.of("/proc/self/mounts"))) {
            var mount = line.split(" ", -1);
            if (mount[2].startsWith("cgroup")) {
                trees(mount[2], List.of(mount[3].split(",", -1)))
                        .forEach(tree -> claim(tree, Path.of(mount[1]), mine.get(tree), name)
                                .ifPresent(folder -> folders.putIfAbsent(tree, folder)));
            }
        }
        if (!folders.containsKey(Tree.V2) && !folders.containsKey(Tree.V1_FREEZER)) {
            log.warn("no control group can be made: actors have no limits and are found by their environment only");
        }
        return new ControlGroups(folders);
    }

    Group create(String name, Limits limits) {
        var made = new EnumMap<Tree, Path>(Tree.class);
        folders.forEach((tree, folder) -> {
            var path = folder.resolve(name);
            try {
                Files.createDirectory(path);
                made.put(tree, path);
                limit(tree, path, limits);
            } catch (IOException e) {
                log.atWarn().addKeyValue("group", path).setCause(e).log("a control group could not be made");
            }
        });
        return new Group(made);
    }

    /** Groups that an earlier run of the same agent left behind. */
    List<Group> leftovers() {
        var left = new ArrayList<Group>();
        folders.forEach((tree, folder) -> {
            try (var groups = Files.newDirectoryStream(folder, Files::isDirectory)) {
                groups.forEach(path -> left.add(new Group(Map.of(tree, path))));
            } catch (NoSuchFileException _) {
                // Then there is nothing left in it.
            } catch (IOException e) {
                log.atWarn().addKeyValue("group", folder).setCause(e).log("left-over groups could not be listed");
            }
        });
        return left;
    }

    /** Gives our own folders back, as far as they are empty. */
    void close() {
        leftovers().forEach(Group::remove);
        new Group(folders).remove();
    }

    private static List<Tree> trees(String type, List<String> options) {
        if (type.equals("cgroup2")) {
            return List.of(Tree.V2);
        }
        var trees = new ArrayList<Tree>();
        for (var option : options) {
            of(option).ifPresent(trees::add);
        }
        return trees;
    }

    private static Optional<Tree> of(String controller) {
        return switch (controller) {
            case "freezer" -> Optional.of(Tree.V1_FREEZER);
            case "memory" -> Optional.of(Tree.V1_MEMORY);
            case "pids" -> Optional.of(Tree.V1_PIDS);
            case "cpu" -> Optional.of(Tree.V1_CPU);
            default -> Optional.empty();
        };
    }

    /** In which group of each tree the agent itself is. */
    private static Map<Tree, String> own() {
        var mine = new EnumMap<Tree, String>(Tree.class);
        for (var line : lines(Path.of("/proc/self/cgroup"))) {
            var parts = line.split(":", 3);
            var trees = parts[1].isEmpty() ? List.of(Tree.V2) : trees("cgroup", List.of(parts[1].split(",", -1)));
            trees.forEach(tree -> mine.put(tree, parts[2]));
        }
        return mine;
    }

    private static Optional<Path> claim(Tree tree, Path mount, @Nullable String own, String name) {
        var parent = own == null ? mount : mount.resolve("." + own).normalize();
        if (!Files.isDirectory(parent)) {
            parent = mount;
        }
        var folder = parent.resolve(name);
        try {
            if (tree == Tree.V2) {
                enableControllers(parent);
            }
            Files.createDirectories(folder);
            if (tree == Tree.V2 && !Files.exists(folder.resolve("cgroup.kill"))) {
                Files.delete(folder);
                return Optional.empty();
            }
            if (tree == Tree.V2) {
                enableControllers(folder);
            }
            return Optional.of(folder);
        } catch (IOException e) {
            log.atDebug().addKeyValue("group", folder).setCause(e).log("no control group here");
            return Optional.empty();
        }
    }

    /** Refused where the group has processes of its own; then there is killing by group, but no limits. */
    private static void enableControllers(Path group) {
        for (var controller : List.of("memory", "pids", "cpu")) {
            try {
                Files.writeString(group.resolve("cgroup.subtree_control"), "+" + controller);
            } catch (IOException e) {
                log.atDebug().addKeyValue("group", group).setCause(e).log("a controller is not to be had");
            }
        }
    }

    private static void limit(Tree tree, Path group, Limits limits) throws IOException {
        switch (tree) {
            case V2 -> {
                set(group, "memory.max", limits.memoryMib() * 1024L * 1024);
                set(group, "pids.max", Limits.PROCESSES);
                set(group, "cpu.weight", Math.clamp(limits.cpuMillicores() / 10, 1, 10_000));
            }
            case V1_MEMORY -> set(group, "memory.limit_in_bytes", limits.memoryMib() * 1024L * 1024);
            case V1_PIDS -> set(group, "pids.max", Limits.PROCESSES);
            case V1_CPU -> set(group, "cpu.shares", Math.max(2L, limits.cpuMillicores() * 1024L / 1000));
            case V1_FREEZER -> {}
        }
    }

    private static void set(Path group, String file, long value) throws IOException {
        if (Files.exists(group.resolve(file))) {
            Files.writeString(group.resolve(file), Long.toString(value));
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            log.atDebug().addKeyValue("file", file).setCause(e).log("not readable");
            return List.of();
        }
    }
}
