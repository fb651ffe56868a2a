package rivet.agent.proxy.tls;

import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The certificates of one folder as they were at one time. */
final class Certificates {

    private static final String CERTIFICATE = ".crt";
    private static final String KEY = ".key";
    private static final int DNS_NAME = 2;

    private final Map<String, SslContext> byName = new HashMap<>();
    private final SslContext otherwise;

    /** @param chains at least one */
    private Certificates(List<Path> chains) throws IOException, GeneralSecurityException {
        SslContext first = null;
        SslContext named = null;
        for (Path chain : chains) {
            SslContext context = context(chain);
            first = first == null ? context : first;
            named = chain.endsWith("default" + CERTIFICATE) ? context : named;
            for (String name : names(chain)) {
                byName.putIfAbsent(name.toLowerCase(Locale.ROOT), context);
            }
        }
        otherwise = Objects.requireNonNull(named != null ? named : first);
    }

    /** @throws IOException where a file cannot be read, or there is none */
    static Certificates read(Path folder) throws IOException, GeneralSecurityException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> chains = files.filter(file -> file.toString().endsWith(CERTIFICATE))
                    .sorted()
                    .toList();
            if (chains.isEmpty()) {
                throw new IOException("%s holds no certificate (expected: name.crt and name.key)".formatted(folder));
            }
            return new Certificates(chains);
        }
    }

    /** What tells one state of the folder from another: its files, their sizes and times. */
    static Map<String, String> state(Path folder) throws IOException {
        Map<String, String> state = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                state.put(file.toString(), Files.getLastModifiedTime(file) + " " + Files.size(file));
            }
        }
        return state;
    }

    private static SslContext context(Path chain) throws IOException {
        String file = chain.toString();
        Path key = Path.of(file.substring(0, file.length() - CERTIFICATE.length()) + KEY);
        try {
            return SslContextBuilder.forServer(chain.toFile(), key.toFile())
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                    .applicationProtocolConfig(new ApplicationProtocolConfig(
                            Protocol.ALPN,
                            SelectorFailureBehavior.NO_ADVERTISE,
                            SelectedListenerFailureBehavior.ACCEPT,
                            ApplicationProtocolNames.HTTP_2,
                            ApplicationProtocolNames.HTTP_1_1))
                    .build();
        } catch (IllegalArgumentException e) {
            throw new IOException("%s and %s are no certificate chain and its key".formatted(chain, key), e);
        }
    }

    private static List<String> names(Path chain) throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(chain)) {
            var leaf = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
            Collection<List<?>> names = leaf.getSubjectAlternativeNames();
            return names == null
                    ? List.of()
                    : names.stream()
                            .filter(name -> Integer.valueOf(DNS_NAME).equals(name.getFirst()))
                            .map(name -> String.valueOf(name.get(1)))
                            .toList();
        }
    }

    /** Of the name itself, else of a wildcard for it, else the one for all others. */
    SslContext of(@Nullable String hostname) {
        if (hostname == null) {
            return otherwise;
        }
        String name = hostname.toLowerCase(Locale.ROOT);
        SslContext exact = byName.get(name);
        if (exact != null) {
            return exact;
        }
        int dot = name.indexOf('.');
        SslContext wildcard = dot < 0 ? null : byName.get("*" + name.substring(dot));
        return wildcard != null ? wildcard : otherwise;
    }
}
