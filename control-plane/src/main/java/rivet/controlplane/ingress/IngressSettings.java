package rivet.controlplane.ingress;

import java.util.regex.Pattern;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * @param ports the numbers that each region's proxies lend to actors, such as {@code 26000-31999}; for TCP and again for UDP
 * @param host under which the world reaches a region's proxies, such as {@code {region}.example.org}; empty: each agent's own
 */
@ConfigurationProperties("rivet.ingress")
record IngressSettings(String ports, String host) {

    private static final Pattern RANGE = Pattern.compile("(\\d{1,5})-(\\d{1,5})");
    private static final Pattern HOST = Pattern.compile("([a-zA-Z0-9.:\\[\\]-]|\\{region})*");

    IngressSettings {
        var range = RANGE.matcher(ports);
        if (!range.matches() || !isRange(Integer.parseInt(range.group(1)), Integer.parseInt(range.group(2)))) {
            throw new IllegalArgumentException(
                    "rivet.ingress.ports: '%s' (expected: two numbers within 1-65535 such as 26000-31999)"
                            .formatted(ports));
        }
        if (!HOST.matcher(host).matches()) {
            throw new IllegalArgumentException(
                    "rivet.ingress.host: '%s' (expected: a name such as {region}.example.org)".formatted(host));
        }
    }

    private static boolean isRange(int first, int last) {
        return first >= 1 && first <= last && last <= 65_535;
    }

    int first() {
        return Integer.parseInt(ports.substring(0, ports.indexOf('-')));
    }

    int last() {
        return Integer.parseInt(ports.substring(ports.indexOf('-') + 1));
    }
}
