package rivet.controlplane.agent;

import org.jspecify.annotations.Nullable;
import rivet.protocol.AgentId;
import rivet.protocol.link.ToControlPlane.Location;

/** What an agent says of itself when it joins. */
public record Joining(
        AgentId agent,
        String region,
        String version,
        String proxyUrl,
        int cpuMillicores,
        int memoryMib,
        @Nullable Location location,
        @Nullable String hopAddress) {

    private static final String HOST_AND_PORT = "([^/?#\\s:\\[\\]]+|\\[[0-9a-fA-F:.]+]):\\d{1,5}";

    public Joining {
        if (!region.matches("[a-z0-9][a-z0-9-]{0,31}")) {
            throw new IllegalArgumentException("region: '%s' (expected: 1 to 32 of a-z, 0-9 and -)".formatted(region));
        }
        if (!proxyUrl.matches("https?://[^/?#\\s]+/?")) {
            throw new IllegalArgumentException(
                    "proxy_url: '%s' (expected: a URL such as http://127.0.0.1:7080)".formatted(proxyUrl));
        }
        if (hopAddress != null && !hopAddress.matches(HOST_AND_PORT)) {
            throw new IllegalArgumentException(
                    "hop_address: '%s' (expected: a host and port such as 10.0.0.5:7081)".formatted(hopAddress));
        }
        if (cpuMillicores < 0 || memoryMib < 0) {
            throw new IllegalArgumentException(
                    "capacity: %d millicores, %d MiB (expected: not negative)".formatted(cpuMillicores, memoryMib));
        }
        proxyUrl = proxyUrl.endsWith("/") ? proxyUrl.substring(0, proxyUrl.length() - 1) : proxyUrl;
    }
}
