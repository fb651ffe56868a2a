package rivet.agent.warden;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import rivet.agent.linux.Exit;
import rivet.agent.linux.Group;
import rivet.agent.linux.Posix;
import rivet.agent.warden.Message.Held;
import rivet.agent.warden.Message.Spawn;

/** One process that the warden started, until the agent has written down how it ended. Guarded by the lock of {@link Wards}. */
final class Ward {

    private static final int NO_FILE = -1;

    private final Spawn spawn;
    private final int pid;
    private final Group group;
    private final List<WardStream> streams;
    private int in;
    private String label = "";
    private @Nullable Exit exit;
    private boolean terminated;
    private long killAt = Long.MAX_VALUE;

    private Ward(Spawn spawn, int pid, Ends ours, Wards wards) {
        this.spawn = spawn;
        this.pid = pid;
        this.group = new Group(Message.folders(spawn.groups()));
        this.in = ours.in();
        this.streams = List.of(new WardStream(this, 0, ours.out(), wards), new WardStream(this, 1, ours.err(), wards));
    }

    /** Of its three pipes. */
    private record Ends(int in, int out, int err) {

        void close() {
            List.of(in, out, err).forEach(Posix::close);
        }
    }

    /** On the thread that lives as long as the process shall. */
    static Ward start(Spawn spawn, Wards wards) {
        var in = Posix.pipe();
        var out = Posix.pipe();
        var err = Posix.pipe();
        var ours = new Ends(in.writeEnd(), out.readEnd(), err.readEnd());
        var its = new Ends(in.readEnd(), out.writeEnd(), err.writeEnd());
        try {
            int pid = rivet.agent.linux.Spawn.spawn(
                    spawn.line(),
                    spawn.environment(),
                    Path.of(spawn.folder()),
                    new rivet.agent.linux.Spawn.Streams(its.in(), its.out(), its.err()));
            Posix.nonBlocking(ours.in());
            return new Ward(spawn, pid, ours, wards);
        } catch (RuntimeException e) {
            ours.close();
            throw e;
        } finally {
            its.close();
        }
    }

    int pid() {
        return pid;
    }

    String id() {
        return spawn.id();
    }

    String mark() {
        return spawn.mark();
    }

    long user() {
        return spawn.user();
    }

    Group group() {
        return group;
    }

    List<WardStream> streams() {
        return streams;
    }

    void label(String text) {
        if (!text.isEmpty()) {
            label = text;
        }
    }

    /** Once reaped, the pid may be another process's. */
    void signal(int signal) {
        if (exit == null) {
            Posix.kill(pid, signal);
        }
    }

    /** @param at in nanoseconds that count from the same begin as {@link #killIsDue} */
    void stop(long at) {
        if (!terminated) {
            terminated = true;
            signal(Posix.SIGTERM);
        }
        killAt = Math.min(killAt, at);
    }

    long killAt() {
        return killAt;
    }

    /** True once. */
    boolean killIsDue(long now) {
        if (now < killAt) {
            return false;
        }
        killAt = Long.MAX_VALUE;
        return true;
    }

    void ended(Exit how) {
        exit = how;
        closeInput();
    }

    /** What was written, or a negative errno. */
    long write(byte[] bytes, int from) {
        return in == NO_FILE ? -Posix.EBADF : Posix.write(in, bytes, from);
    }

    void closeInput() {
        if (in != NO_FILE) {
            Posix.close(in);
            in = NO_FILE;
        }
    }

    Held held() {
        return new Held(
                spawn.id(),
                spawn.mark(),
                label,
                spawn.groups(),
                spawn.user(),
                exit == null ? List.of() : List.of(exit),
                streams.stream().map(WardStream::taken).toList());
    }
}
