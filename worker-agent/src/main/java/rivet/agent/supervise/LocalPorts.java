package rivet.agent.supervise;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;

/** Hands out the numbers on which actors listen; never one to two at once, and none that another program has. */
public final class LocalPorts {

    private final Range range;
    private final Set<Integer> lent = new HashSet<>();
    private int next;

    /** @param start which offset in the range comes first; agents beside each other do well to differ */
    public LocalPorts(Range range, int start) {
        this.range = range;
        this.next = Math.floorMod(start, range.size());
    }

    public record Range(int first, int last) {

        public Range {
            if (first < 1024 || last < first || last > 65_535) {
                throw new IllegalArgumentException(
                        "actor ports: %d-%d (expected: within 1024-65535, first before last)".formatted(first, last));
            }
        }

        int size() {
            return last - first + 1;
        }
    }

    /** Counts on, so that a number just given back rests before it is used again. */
    synchronized int take() {
        for (int tries = 0; tries < range.size(); tries++) {
            int port = range.first() + next;
            next = (next + 1) % range.size();
            if (take(port)) {
                return port;
            }
        }
        throw new IllegalStateException("ports %d to %d are all in use".formatted(range.first(), range.last()));
    }

    /** False if someone has it. */
    synchronized boolean take(int port) {
        if (lent.contains(port) || !isFree(port)) {
            return false;
        }
        return lent.add(port);
    }

    /** Its holder listens on it already. */
    synchronized void retake(int port) {
        lent.add(port);
    }

    synchronized void giveBack(int port) {
        lent.remove(port);
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(port));
            return true;
        } catch (IOException _) {
            return false;
        }
    }
}
