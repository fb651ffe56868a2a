package rivet.devserver;

import java.nio.file.Path;

/**
 * Where the dev server listens and what it calls itself.
 *
 * @param apiPort 0 to 65535; 0 takes a free one
 * @param proxyPort 0 to 65535; 0 takes a free one
 * @param data where everything is kept; another dev server on the same folder is refused
 * @param tools where the programs are that it installs or unpacks; dev servers share it
 * @param region the label of its one agent
 * @param warmPool how many runtime processes wait for an actor, 0 to 64
 */
public record DevServerSettings(int apiPort, int proxyPort, Path data, Path tools, String region, int warmPool) {

    public DevServerSettings {
        checkRange("port", apiPort, 65_535);
        checkRange("proxy-port", proxyPort, 65_535);
        checkRange("warm-pool", warmPool, 64);
        if (apiPort != 0 && apiPort == proxyPort) {
            throw new IllegalArgumentException("proxy-port: %d (expected: another than port)".formatted(proxyPort));
        }
        if (!region.matches("[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?")) {
            throw new IllegalArgumentException(
                    "region: '%s' (expected: 1 to 32 of a-z, 0-9 and dashes inside)".formatted(region));
        }
    }

    private static void checkRange(String name, int value, int max) {
        if (value < 0 || value > max) {
            throw new IllegalArgumentException("%s: %d (expected: 0 to %d)".formatted(name, value, max));
        }
    }
}
