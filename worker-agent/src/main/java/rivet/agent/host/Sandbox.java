package rivet.agent.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rivet.agent.host.ActorUsers.User;
import rivet.agent.linux.Group;
import rivet.agent.linux.ProcessTable;
import rivet.agent.warden.Child;
import rivet.agent.warden.Outputs;
import rivet.agent.warden.Warden;

/**
 * What one process and all its descendants live in: a folder, control groups, where the agent is root a user, and a mark
 * in their environment.
 */
public final class Sandbox implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Sandbox.class);

    private static final Duration KILL_SHOULD_TAKE = Duration.ofSeconds(10);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
    private static final int REMOVE_TRIES = 20;
    private static final long REMOVE_PAUSE_MS = 5;

    /** The shell enters each group itself and only then becomes the program: there is no moment in which it is outside. */
    private static final String ENTER = """
            umask 022; ulimit -c 0; n=$1; shift
            while [ "$n" -gt 0 ]; do echo 0 > "$1" || exit 126; shift; n=$((n - 1)); done
            exec "$@"
            """;

    private final String mark;
    private final Path folder;

    /** Ours, and not its user's: who may write there could put a link in a socket's place, and have it handed over to himself. */
    private final Path sockets;

    private final Group group;
    private final @Nullable User user;
    private final Host host;
    private final List<Child> children = new CopyOnWriteArrayList<>();

    Sandbox(String mark, Path folder, Group group, @Nullable User user, Host host) {
        this.mark = mark;
        this.folder = folder;
        this.sockets = host.sockets().resolve(mark);
        this.group = group;
        this.user = user;
        this.host = host;
    }

    /** Its own; no other sandbox can see into it. */
    public Path folder() {
        return folder;
    }

    /** Where a socket of ours for it can be; the same after a restart of the agent. */
    public Path socket(String name) {
        return sockets.resolve(name);
    }

    /** Lets its processes, and nobody else, use a socket of ours. */
    public void lend(Path socket) {
        try {
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
            if (user != null) {
                own(socket, user);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes a folder of ours and all that is in it its user's. What links lead to stays whose it is. */
    public void give(Path tree) {
        if (user == null) {
            return;
        }
        try {
            Files.walkFileTree(tree, new Giver(user));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whoever had it before may have given a file that is not his a name in it: that stays whose it is. */
    private static final class Giver extends SimpleFileVisitor<Path> {

        private final User user;

        Giver(User user) {
            this.user = user;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
            return visitFile(folder, attributes);
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            var now = Files.readAttributes(file, "unix:uid,nlink", LinkOption.NOFOLLOW_LINKS);
            boolean shared = attributes.isRegularFile() && !Integer.valueOf(1).equals(now.get("nlink"));
            if (!shared || !Integer.valueOf(0).equals(now.get("uid"))) {
                Files.setAttribute(file, "unix:uid", (int) user.number(), LinkOption.NOFOLLOW_LINKS);
                Files.setAttribute(file, "unix:gid", (int) user.number(), LinkOption.NOFOLLOW_LINKS);
            }
            return FileVisitResult.CONTINUE;
        }
    }

    /** Gives the sandbox a file of ours to read, under this name in its folder. */
    public Path bring(Path file, String name) {
        var target = folder.resolve(name);
        try {
            if (user == null) {
                // Whoever runs as our own user could write through a link into everyone's copy.
                Files.copy(file, target);
            } else {
                Files.createLink(target, file);
            }
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Starts a program in it; needs a path, no name to look for.
     *
     * @param more variables beside the few that every process has; known to everyone who can list processes' environments
     *     before the user is dropped, and read by the shell on the way: nothing of an author's belongs here
     */
    public Child start(List<String> program, Path workingFolder, Map<String, String> more, Outputs outputs) {
        var environment = new HashMap<>(host.environment());
        environment.put("HOME", folder.toString());
        environment.put("TMPDIR", folder.resolve("tmp").toString());
        environment.putAll(more);
        environment.put(Host.PROCESS_MARK, mark);
        var child = host.start(
                new Warden.Start(
                        mark + "." + children.size(),
                        mark,
                        line(program),
                        environment.entrySet().stream()
                                .map(variable -> variable.getKey() + "=" + variable.getValue())
                                .toList(),
                        workingFolder,
                        group.folders(),
                        user == null ? -1 : user.number()),
                outputs);
        children.add(child);
        return child;
    }

    /**
     * Kills all who live in it, and returns when none is left. That can last only where the kernel cannot let a process
     * go; then it is said, and tried for ever, because to call them gone would let a second copy start.
     */
    public void killAll() {
        var begun = System.nanoTime();
        boolean told = false;
        for (long pauseMs = 1; !killedAll(); pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE.toMillis())) {
            if (!told && System.nanoTime() - begun > KILL_SHOULD_TAKE.toNanos()) {
                told = true;
                log.atError()
                        .addKeyValue("processes", group.processes())
                        .addKeyValue("mark", mark)
                        .log("processes do not die although they were killed");
            }
            pause(pauseMs);
        }
    }

    /** Whether the kernel killed someone in it for want of memory. */
    public boolean ranOutOfMemory() {
        return group.ranOutOfMemory();
    }

    /** Whether all in it can be held still at once, so that a lease can end without killing them. */
    boolean canFreeze() {
        return group.freeze(false);
    }

    /** Only when all in it are gone. */
    @Override
    public void close() {
        for (int i = 0; i < REMOVE_TRIES && !group.remove(); i++) {
            pause(REMOVE_PAUSE_MS);
        }
        Folders.remove(folder);
        Folders.remove(sockets);
        children.forEach(Child::release);
        if (user != null) {
            user.close();
        }
    }

    /** One that was started in it by an earlier run, perhaps of a version that made no place for sockets. */
    void adopt(Child child) {
        children.add(child);
        if (!Files.exists(sockets)) {
            try {
                makeSockets();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Makes the folder as its user's own. */
    Sandbox prepare() {
        try {
            createPrivate(folder);
            var temporary = Files.createDirectory(folder.resolve("tmp"));
            if (user != null) {
                own(temporary, user);
                own(folder, user);
            }
            makeSockets();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Looking at every process of the machine is needed only where someone in it could have left the group. */
    private boolean killedAll() {
        group.kill();
        if (user == null || !group.holds()) {
            return killedByMark();
        }
        return killedChildren() && nobodyIsIn();
    }

    private boolean nobodyIsIn() {
        return group.processes().isEmpty();
    }

    /** One that has just been started may not have entered the group yet; nothing has come of it then but itself. */
    private boolean killedChildren() {
        children.forEach(Child::kill);
        return children.stream().allMatch(child -> child.exit().isDone());
    }

    private boolean killedByMark() {
        var left = host.processes().find(this::isOurs);
        host.processes().kill(left, this::isOurs);
        return left.isEmpty() && nobodyIsIn();
    }

    private boolean isOurs(ProcessTable.Seen seen) {
        return seen.has(Host.PROCESS_MARK + "=" + mark) || (user != null && seen.user() == user.number());
    }

    private List<String> line(List<String> program) {
        var doors = group.doors();
        var line = new ArrayList<>(List.of(Host.SHELL, "-c", ENTER, "rivet", Integer.toString(doors.size())));
        line.addAll(doors);
        line.addAll(host.dropping(user));
        line.addAll(program);
        return line;
    }

    private void makeSockets() throws IOException {
        createPrivate(sockets);
        if (user != null) {
            Files.setAttribute(sockets, "unix:gid", (int) user.number());
            Files.setPosixFilePermissions(sockets, PosixFilePermissions.fromString("rwx--x---"));
        }
    }

    private static void createPrivate(Path path) throws IOException {
        Files.createDirectory(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    private static void own(Path path, User user) throws IOException {
        Files.setAttribute(path, "unix:uid", (int) user.number());
        Files.setAttribute(path, "unix:gid", (int) user.number());
    }

    private static void pause(long ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a sandbox was ended", e);
        }
    }
}
