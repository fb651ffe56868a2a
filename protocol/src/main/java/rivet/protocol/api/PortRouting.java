package rivet.protocol.api;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a port is reached: exactly one of {@code guard} (the proxy) and {@code host} (the machine itself). */
public record PortRouting(
        @Nullable Map<String, Object> guard, @Nullable Map<String, Object> host) {

    /** What is logged must not hold the secret of a guard. */
    @Override
    public String toString() {
        return "PortRouting[guard=%s, host=%s]".formatted(guard == null ? null : "***", host);
    }
}
