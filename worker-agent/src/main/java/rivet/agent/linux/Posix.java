package rivet.agent.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Optional;

/** The C library's calls that we need, one method each; a failure is a negative errno, as the kernel itself says it. */
public final class Posix {

    public static final int SIGKILL = 9;
    public static final int SIGTERM = 15;

    public static final int O_RDONLY = 0;
    public static final int O_WRONLY = 1;
    public static final int O_CREAT = 0x40;
    public static final int O_APPEND = 0x400;

    public static final int EINTR = 4;
    public static final int EBADF = 9;
    public static final int EAGAIN = 11;

    private static final int O_CLOEXEC = 0x80000;
    private static final int O_NONBLOCK = 0x800;
    private static final int F_SETFL = 4;
    private static final int WNOHANG = 1;
    private static final int ANY_CHILD = -1;
    private static final long SYS_PIDFD_SEND_SIGNAL = 424;
    private static final long SYS_PIDFD_OPEN = 434;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final VarHandle ERRNO =
            Linker.Option.captureStateLayout().varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle PIPE2 = errnoCall("pipe2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle CLOSE = errnoCall("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle READ =
            errnoCall("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle WRITE =
            errnoCall("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle KILL = errnoCall("kill", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle WAITPID =
            errnoCall("waitpid", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle FCNTL = errnoCall(
            "fcntl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT), Linker.Option.firstVariadicArg(2));
    private static final MethodHandle OPEN = errnoCall(
            "open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT), Linker.Option.firstVariadicArg(2));
    private static final MethodHandle SYSCALL = errnoCall(
            "syscall",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
            Linker.Option.firstVariadicArg(1));
    private static final MethodHandle EPOLL_CREATE =
            errnoCall("epoll_create1", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle EPOLL_CTL =
            errnoCall("epoll_ctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle EPOLL_WAIT =
            errnoCall("epoll_wait", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
    private static final MethodHandle SYNCFS = errnoCall("syncfs", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle GETEUID = call("geteuid", FunctionDescriptor.of(JAVA_INT));

    private Posix() {}

    public record Pipe(int readEnd, int writeEnd) {}

    /** Both ends close on exec, so that no child holds another child's pipe open. */
    public static Pipe pipe() {
        try (var arena = Arena.ofConfined()) {
            var ends = arena.allocate(JAVA_INT, 2);
            var errno = errno(arena);
            check("pipe2", result((int) PIPE2.invokeExact(errno, ends, O_CLOEXEC), errno));
            return new Pipe(ends.getAtIndex(JAVA_INT, 0), ends.getAtIndex(JAVA_INT, 1));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    public static void nonBlocking(int fd) {
        try (var arena = Arena.ofConfined()) {
            var errno = errno(arena);
            check("fcntl", result((int) FCNTL.invokeExact(errno, fd, F_SETFL, O_NONBLOCK), errno));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    public static void close(int fd) {
        try (var arena = Arena.ofConfined()) {
            var _ = (int) CLOSE.invokeExact(errno(arena), fd);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    public static long read(int fd, MemorySegment into) {
        try (var arena = Arena.ofConfined()) {
            var errno = errno(arena);
            return result((long) READ.invokeExact(errno, fd, into, into.byteSize()), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    public static long write(int fd, byte[] bytes, int from) {
        try (var arena = Arena.ofConfined()) {
            var rest = bytes.length - from;
            var buffer = arena.allocate(rest);
            MemorySegment.copy(bytes, from, buffer, JAVA_BYTE, 0, rest);
            var errno = errno(arena);
            return result((long) WRITE.invokeExact(errno, fd, buffer, (long) rest), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    public static int kill(int pid, int signal) {
        try (var arena = Arena.ofConfined()) {
            var errno = errno(arena);
            return (int) result((int) KILL.invokeExact(errno, pid, signal), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** A child that had ended, and is reaped by the call: its pid may be another's from now on. */
    public record Reaped(int pid, int waitStatus) {}

    /** Any child that has ended, also one that came to us when its own parent ended; absent when there is none now. */
    public static Optional<Reaped> reap() {
        try (var arena = Arena.ofConfined()) {
            var status = arena.allocate(JAVA_INT);
            var errno = errno(arena);
            long pid = result((int) WAITPID.invokeExact(errno, ANY_CHILD, status, WNOHANG), errno);
            return pid <= 0 ? Optional.empty() : Optional.of(new Reaped((int) pid, status.getAtIndex(JAVA_INT, 0)));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Whether this one child has ended; reaps it then. */
    public static boolean reaped(int pid) {
        try (var arena = Arena.ofConfined()) {
            var errno = errno(arena);
            return result((int) WAITPID.invokeExact(errno, pid, arena.allocate(JAVA_INT), WNOHANG), errno) != 0;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** For a file that children shall have; ours close when another program is started. */
    public static int open(String path, int flags, int mode) {
        try (var arena = Arena.ofConfined()) {
            var errno = errno(arena);
            long fd = result((int) OPEN.invokeExact(errno, arena.allocateFrom(path), flags | O_CLOEXEC, mode), errno);
            return (int) check("open " + path, fd);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Returns when all that was written to the file's file system is on the disk. May take seconds, and hold the thread's carrier. */
    public static int syncfs(int fd) {
        try (var arena = Arena.ofConfined()) {
            var errno = errno(arena);
            return (int) result((int) SYNCFS.invokeExact(errno, fd), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** A handle on a process that, unlike its pid, never means another one. */
    public static int pidfd(int pid) {
        return (int) syscall(SYS_PIDFD_OPEN, pid, 0, 0, 0);
    }

    public static int signal(int pidfd, int signal) {
        return (int) syscall(SYS_PIDFD_SEND_SIGNAL, pidfd, signal, 0, 0);
    }

    static int epoll() {
        try (var arena = Arena.ofConfined()) {
            var errno = errno(arena);
            return (int) check("epoll_create1", result((int) EPOLL_CREATE.invokeExact(errno, O_CLOEXEC), errno));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int epollControl(int epoll, int operation, int fd, MemorySegment event) {
        try (var arena = Arena.ofConfined()) {
            var errno = errno(arena);
            return (int) result((int) EPOLL_CTL.invokeExact(errno, epoll, operation, fd, event), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int epollWait(int epoll, MemorySegment events, int max, int timeoutMs) {
        try (var arena = Arena.ofConfined()) {
            var errno = errno(arena);
            return (int) result((int) EPOLL_WAIT.invokeExact(errno, epoll, events, max, timeoutMs), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    public static boolean isRoot() {
        try {
            return (int) GETEUID.invokeExact() == 0;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    public static long check(String what, long result) {
        if (result < 0) {
            throw new IllegalStateException("%s failed with errno %d".formatted(what, -result));
        }
        return result;
    }

    @SuppressWarnings("restricted")
    static MethodHandle call(String name, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(address(name), descriptor);
    }

    static RuntimeException unexpected(Throwable e) {
        return switch (e) {
            case Error error -> throw error;
            case RuntimeException exception -> exception;
            default -> new IllegalStateException("a call into the C library failed", e);
        };
    }

    @SuppressWarnings("restricted")
    private static MethodHandle errnoCall(String name, FunctionDescriptor descriptor, Linker.Option... options) {
        var all = Arrays.copyOf(options, options.length + 1);
        all[options.length] = Linker.Option.captureCallState("errno");
        return LINKER.downcallHandle(address(name), descriptor, all);
    }

    private static MemorySegment address(String name) {
        return LINKER.defaultLookup()
                .find(name)
                .orElseThrow(() -> new IllegalStateException(
                        "the C library has no %s (expected: Linux with glibc 2.34 or newer)".formatted(name)));
    }

    private static MemorySegment errno(Arena arena) {
        return arena.allocate(Linker.Option.captureStateLayout());
    }

    private static long result(long returned, MemorySegment errno) {
        return returned == -1 ? -(long) (int) ERRNO.get(errno, 0L) : returned;
    }

    private static long syscall(long number, long a, long b, long c, long d) {
        try (var arena = Arena.ofConfined()) {
            var errno = errno(arena);
            return result((long) SYSCALL.invokeExact(errno, number, a, b, c, d), errno);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }
}
