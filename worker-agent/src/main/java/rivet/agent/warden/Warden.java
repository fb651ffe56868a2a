package rivet.agent.warden;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rivet.agent.linux.Group;
import rivet.agent.linux.Posix;
import rivet.agent.warden.Message.Held;
import rivet.agent.warden.Message.Hello;
import rivet.agent.warden.Message.Welcome;

/** The agent's warden: found if it lives, and started when it is first needed. Safe for use by many threads. */
public final class Warden implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Warden.class);

    /** The mark of the warden's own processes, where those of others have their sandbox's. */
    public static final String MARK = "warden";

    private static final Duration START_BOUND = Duration.ofSeconds(20);
    private static final Duration ANSWER_BOUND = Duration.ofSeconds(5);
    private static final Duration SPAWN_BOUND = Duration.ofSeconds(20);
    private static final Duration END_BOUND = Duration.ofSeconds(5);
    private static final long LOOK_MS = 3;
    private static final int LONGEST_SOCKET_PATH = 100;

    private final Settings settings;
    private final List<Survivor> survivors;

    /** Guarded by {@code this}. */
    private @Nullable Connection connection;

    private volatile long leaseDeadlineNanos = Message.Lease.NONE;

    private Warden(Settings settings, @Nullable Joined joined) {
        this.settings = settings;
        this.connection = joined == null ? null : joined.connection();
        this.survivors = joined == null ? List.of() : joined.survivors();
    }

    /**
     * @param agentMark the variable, as {@code NAME=value}, that all processes of the agent have
     * @param processVariable the name of the one that tells them apart
     * @param folder the agent's own, for the socket and what was printed
     * @param orphanLimit how long the warden lives, and all it holds, when no agent is there
     */
    public record Settings(String agentMark, String processVariable, Path folder, Duration orphanLimit) {

        /** The kernel allows a socket only a short path. */
        Path socket() {
            var socket = folder.resolve("socket");
            return socket.toString().length() <= LONGEST_SOCKET_PATH
                    ? socket
                    : Path.of(
                            System.getProperty("java.io.tmpdir"),
                            "rivet-warden-"
                                    + UUID.nameUUIDFromBytes(folder.toString().getBytes(StandardCharsets.UTF_8)));
        }
    }

    /**
     * A process that an earlier run of the agent had started and that this one has not released.
     *
     * @param label what was kept with it; empty if nothing was
     * @param user its user number; -1 if it has none of its own
     */
    public record Survivor(Child child, String mark, String label, Map<Group.Tree, Path> groups, long user) {}

    /**
     * What shall be started.
     *
     * @param id never used twice
     * @param environment each as {@code NAME=value}
     */
    public record Start(
            String id,
            String mark,
            List<String> line,
            List<String> environment,
            Path folder,
            Map<Group.Tree, Path> groups,
            long user) {}

    private record Joined(Connection connection, List<Survivor> survivors) {}

    /** Joins the warden of an earlier run, if it lives and speaks as we do. */
    public static Warden open(Settings settings) {
        try {
            Files.createDirectories(settings.folder());
            Files.setPosixFilePermissions(settings.folder(), PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Warden(settings, join(settings));
    }

    /** Whether one is there; what is not among its survivors then is nobody's. */
    public synchronized boolean isUp() {
        return connection != null && connection.isUp();
    }

    /** As they were when this was opened. */
    public List<Survivor> survivors() {
        return survivors;
    }

    /** Fails if the process cannot be started. */
    public Child start(Start start, Outputs outputs) {
        var up = connection();
        var child = up.child(start.id());
        child.outputs(outputs);
        up.tell(new Message.Spawn(
                start.id(),
                start.mark(),
                start.line(),
                start.environment(),
                start.folder().toString(),
                Message.texts(start.groups()),
                start.user()));
        if (!up.isUp()) {
            child.lost();
        }
        child.awaitSpawned(SPAWN_BOUND);
        return child;
    }

    /**
     * Until when the agent may let actors run. The warden freezes all at that time, asking nobody, and lets them go on when
     * it is told of a later one.
     *
     * @param nanos in {@link System#nanoTime}
     */
    public void lease(long nanos) {
        leaseDeadlineNanos = nanos;
        Connection up;
        synchronized (this) {
            up = connection;
        }
        if (up != null) {
            up.tell(new Message.Lease(nanos));
        }
    }

    /** Ends the warden and all it holds. */
    @Override
    public synchronized void close() {
        try {
            if (connection != null && !connection.shutdown(END_BOUND.toMillis())) {
                log.warn("the warden did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Leaves as if we had died: the warden goes on, and whoever opens it next adopts what it holds. */
    public synchronized void abandon() {
        if (connection != null) {
            connection.leave();
        }
    }

    private synchronized Connection connection() {
        if (connection == null || !connection.isUp()) {
            connection = launched();
            if (leaseDeadlineNanos != Message.Lease.NONE) {
                connection.tell(new Message.Lease(leaseDeadlineNanos));
            }
        }
        return connection;
    }

    private Connection launched() {
        var marks = List.of(settings.agentMark(), settings.processVariable() + "=" + MARK);
        int pid = WardenProgram.start(
                new WardenProgram.Places(
                        settings.socket(),
                        settings.folder().resolve("output"),
                        settings.folder().resolve("log")),
                marks);
        long giveUp = System.nanoTime() + START_BOUND.toNanos();
        while (System.nanoTime() - giveUp < 0 && !Posix.reaped(pid)) {
            var joined = join(settings);
            if (joined != null) {
                return joined.connection();
            }
            pause();
        }
        throw new IllegalStateException("the warden could not be started; what it printed is in "
                + settings.folder().resolve("log"));
    }

    private static @Nullable Joined join(Settings settings) {
        SocketChannel channel;
        try {
            if (!isOurs(settings.socket())) {
                return null;
            }
            channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(UnixDomainSocketAddress.of(settings.socket()));
        } catch (IOException _) {
            return null; // Left behind by one that is gone.
        }
        var socket = new Socket(channel);
        var welcome = greet(socket, settings);
        if (welcome == null || welcome.version() != Message.VERSION) {
            socket.close();
            return null;
        }
        return joined(new Connection(socket), welcome);
    }

    private static boolean isOurs(Path socket) throws IOException {
        return Files.exists(socket)
                && Files.getAttribute(socket, "unix:uid", LinkOption.NOFOLLOW_LINKS)
                        .equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    }

    private static Joined joined(Connection connection, Welcome welcome) {
        var survivors =
                welcome.held().stream().map(held -> survivor(connection, held)).toList();
        connection.start();
        return new Joined(connection, survivors);
    }

    private static Survivor survivor(Connection connection, Held held) {
        var child = connection.child(held.id());
        child.held(held);
        return new Survivor(child, held.mark(), held.label(), Message.folders(held.groups()), held.user());
    }

    /** One that hangs is not waited for: it is ended with all it holds, as what no one can adopt. */
    private static @Nullable Welcome greet(Socket socket, Settings settings) {
        try {
            socket.send(new Hello(
                    Message.VERSION, System.nanoTime(), settings.orphanLimit().toMillis()));
            var answer = CompletableFuture.supplyAsync(
                            () -> receive(socket), task -> Thread.ofVirtual().start(task))
                    .get(ANSWER_BOUND.toMillis(), TimeUnit.MILLISECONDS);
            return answer instanceof Welcome welcome ? welcome : null;
        } catch (IOException | ExecutionException | TimeoutException e) {
            log.atWarn().setCause(e).log("a warden does not answer");
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted at the start", e);
        }
    }

    private static Message receive(Socket socket) {
        try {
            return socket.receive();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(LOOK_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted at the start", e);
        }
    }
}
