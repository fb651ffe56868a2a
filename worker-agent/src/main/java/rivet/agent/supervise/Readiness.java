package rivet.agent.supervise;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Whether an actor's ports accept connections; asked again and again, first quickly and then less so. */
final class Readiness {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(50);
    private static final int CONNECT_TIMEOUT_MS = 1_000;

    /** How many looks at the shortest pause: most warm actors listen within as many milliseconds. */
    private static final int QUICK_LOOKS = 20;

    private final Map<String, Integer> closed;
    private int looks;

    Readiness(Map<String, Integer> ports) {
        this.closed = new LinkedHashMap<>(ports);
    }

    /** Looks once more at those that were closed. */
    boolean allOpen() {
        looks++;
        for (Iterator<Integer> ports = closed.values().iterator(); ports.hasNext(); ) {
            if (!accepts(ports.next())) {
                return false;
            }
            ports.remove();
        }
        return true;
    }

    Optional<Map.Entry<String, Integer>> firstClosed() {
        return closed.entrySet().stream().findFirst();
    }

    Duration pause() {
        var grown = FIRST_PAUSE.multipliedBy(Math.max(1, looks - QUICK_LOOKS));
        return grown.compareTo(LONGEST_PAUSE) < 0 ? grown : LONGEST_PAUSE;
    }

    private static boolean accepts(int port) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_TIMEOUT_MS);
            return true;
        } catch (IOException _) {
            return false;
        }
    }
}
