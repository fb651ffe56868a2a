package rivet.agent.supervise;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Whether an actor's ports accept connections, or for UDP are bound, which only the kernel's list tells; asked again and again,
 * first quickly and then less so.
 */
final class Readiness {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(50);
    private static final int CONNECT_TIMEOUT_MS = 1_000;

    /** How many looks at the shortest pause: most warm actors listen within as many milliseconds. */
    private static final int QUICK_LOOKS = 20;

    private static final List<Path> BOUND = List.of(Path.of("/proc/net/udp"), Path.of("/proc/net/udp6"));

    private final Map<String, Integer> closed;
    private final Set<String> udp;
    private int looks;

    Readiness(Map<String, Integer> tcp, Map<String, Integer> udp) {
        this.closed = new LinkedHashMap<>(tcp);
        this.closed.putAll(udp);
        this.udp = Set.copyOf(udp.keySet());
    }

    /** Looks once more at those that were closed. */
    boolean allOpen() {
        looks++;
        for (var ports = closed.entrySet().iterator(); ports.hasNext(); ) {
            var port = ports.next();
            if (!(udp.contains(port.getKey()) ? isBound(port.getValue()) : accepts(port.getValue()))) {
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

    private static boolean isBound(int port) {
        return BOUND.stream().anyMatch(list -> names(list, port));
    }

    /** Its second column is address and port in hexadecimal. */
    private static boolean names(Path list, int port) {
        var wanted = ":%04X".formatted(port);
        try (var lines = Files.lines(list, StandardCharsets.US_ASCII)) {
            return lines.skip(1).anyMatch(line -> line.strip().split(" +", 3)[1].endsWith(wanted));
        } catch (IOException | UncheckedIOException _) {
            return false; // a kernel without IPv6 has no such list
        }
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
