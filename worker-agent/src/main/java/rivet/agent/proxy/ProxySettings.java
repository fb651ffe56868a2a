package rivet.agent.proxy;

import java.util.Locale;
import java.util.Optional;
import rivet.agent.proxy.hop.HopSettings;
import rivet.agent.proxy.tls.TlsSettings;
import rivet.protocol.AgentId;

/**
 * How the proxy of one agent serves.
 *
 * @param host the address it listens on
 * @param port 0 takes a free one
 * @param self the agent whose actors it reaches
 * @param baseDomain of the host form, {@code {actor}-{port}.{baseDomain}}
 * @param transport how it talks to the kernel
 * @param tls where it serves TLS too; absent: nowhere
 * @param hop where it takes requests from other agents' proxies, and hands requests on to them; absent: it does neither
 * @param accessLogShare of the requests that are written down, from 0, none, to 1, all
 * @param believeForwarding whether X-Forwarded-* of clients is taken for the truth: only behind a proxy that writes them
 */
public record ProxySettings(
        String host,
        int port,
        AgentId self,
        String baseDomain,
        Transport transport,
        Optional<TlsSettings> tls,
        Optional<HopSettings> hop,
        boolean believeForwarding,
        double accessLogShare,
        ProxyTimes times,
        ProxyLimits limits) {

    public ProxySettings {
        baseDomain = baseDomain.toLowerCase(Locale.ROOT);
        if (host.isBlank() || port < 0 || port > 65_535) {
            throw new IllegalArgumentException(
                    "proxy address: '%s', %d (expected: an address, and a port from 0 to 65535)".formatted(host, port));
        }
        if (!(accessLogShare >= 0 && accessLogShare <= 1)) {
            throw new IllegalArgumentException(
                    "RIVET_ACCESS_LOG: %s (expected: on, off, or a share from 0 to 1)".formatted(accessLogShare));
        }
        if (baseDomain.isBlank() || baseDomain.startsWith(".") || baseDomain.endsWith(".")) {
            throw new IllegalArgumentException(
                    "RIVET_PROXY_DOMAIN: '%s' (expected: a name such as 'localhost')".formatted(baseDomain));
        }
    }

    /** Loopback and port 7080. */
    public static ProxySettings defaults(AgentId self) {
        return new ProxySettings(
                "127.0.0.1",
                7080,
                self,
                "localhost",
                Transport.AUTOMATIC,
                Optional.empty(),
                Optional.empty(),
                false,
                0,
                ProxyTimes.defaults(),
                ProxyLimits.defaults());
    }

    public ProxySettings withAddress(String host, int port) {
        return new ProxySettings(
                host, port, self, baseDomain, transport, tls, hop, believeForwarding, accessLogShare, times, limits);
    }

    public ProxySettings withBaseDomain(String baseDomain) {
        return new ProxySettings(
                host, port, self, baseDomain, transport, tls, hop, believeForwarding, accessLogShare, times, limits);
    }

    public ProxySettings withTransport(Transport transport) {
        return new ProxySettings(
                host, port, self, baseDomain, transport, tls, hop, believeForwarding, accessLogShare, times, limits);
    }

    public ProxySettings withTls(Optional<TlsSettings> tls) {
        return new ProxySettings(
                host, port, self, baseDomain, transport, tls, hop, believeForwarding, accessLogShare, times, limits);
    }

    public ProxySettings withHop(HopSettings settings) {
        var hop = Optional.of(settings);
        return new ProxySettings(
                host, port, self, baseDomain, transport, tls, hop, believeForwarding, accessLogShare, times, limits);
    }

    public ProxySettings withBelieveForwarding(boolean believeForwarding) {
        return new ProxySettings(
                host, port, self, baseDomain, transport, tls, hop, believeForwarding, accessLogShare, times, limits);
    }

    public ProxySettings withAccessLog(double accessLogShare) {
        return new ProxySettings(
                host, port, self, baseDomain, transport, tls, hop, believeForwarding, accessLogShare, times, limits);
    }

    public ProxySettings withTimes(ProxyTimes times) {
        return new ProxySettings(
                host, port, self, baseDomain, transport, tls, hop, believeForwarding, accessLogShare, times, limits);
    }

    public ProxySettings withLimits(ProxyLimits limits) {
        return new ProxySettings(
                host, port, self, baseDomain, transport, tls, hop, believeForwarding, accessLogShare, times, limits);
    }
}
