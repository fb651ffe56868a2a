package rivet.cli.doctor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import rivet.cli.terminal.Surroundings;

/** What answers where, and whose clock says what. */
final class Network {

    private static final int API = 6420;
    private static final int PROXY = 7080;
    private static final int POSTGRES = 5432;
    private static final Duration ANSWER = Duration.ofSeconds(3);
    private static final Duration SKEW = Duration.ofSeconds(5);
    private static final Pattern JDBC = Pattern.compile("jdbc:postgresql://([^:/?,]+)(?::(\\d+))?[/?,].*");

    private final Surroundings surroundings;
    private final URI endpoint;

    Network(Surroundings surroundings, URI endpoint) {
        this.surroundings = surroundings;
        this.endpoint = endpoint;
    }

    List<Check> checks() {
        var date = date();
        var checks = new ArrayList<Check>();
        checks.add(server(date));
        checks.add(port("api port", API, "--port", date));
        checks.add(port("proxy port", PROXY, "--proxy-port", date));
        checks.add(postgres());
        checks.add(clock(date));
        return checks;
    }

    private Check server(Optional<Answer> answer) {
        return answer.isPresent()
                ? Check.ok("server", "a control plane answers at " + endpoint)
                : Check.warn(
                        "server",
                        "no control plane answers at " + endpoint,
                        "start one with '%s dev', or name another with RIVET_ENDPOINT"
                                .formatted(surroundings.command()));
    }

    private Check port(String name, int port, String option, Optional<Answer> answer) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return Check.ok(name, port + " is free");
        } catch (IOException e) {
            return answer.isPresent() && isLocal()
                    ? Check.ok(name, port + " is in use, and a server runs")
                    : Check.warn(
                            name,
                            port + " is in use by something else",
                            "end that, or give 'rivet dev' another with %s".formatted(option));
        }
    }

    private boolean isLocal() {
        return List.of("127.0.0.1", "localhost", "[::1]")
                .contains(Optional.ofNullable(endpoint.getHost()).orElse(""));
    }

    private Check postgres() {
        var url = surroundings.variable("SPRING_DATASOURCE_URL");
        if (url.isEmpty()) {
            return Check.ok("postgres", "the embedded one of the dev server (SPRING_DATASOURCE_URL is not set)");
        }
        var address = JDBC.matcher(url.get() + "/");
        if (!address.matches()) {
            return Check.fail(
                    "postgres",
                    "SPRING_DATASOURCE_URL cannot be read",
                    "make it such as jdbc:postgresql://db.example.com:5432/rivet");
        }
        int port = address.group(2) == null ? POSTGRES : Integer.parseInt(address.group(2));
        var where = address.group(1) + ":" + port;
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(address.group(1), port), (int) ANSWER.toMillis());
            return Check.ok("postgres", where + " takes connections");
        } catch (IOException e) {
            return Check.fail(
                    "postgres",
                    "%s cannot be reached (%s)".formatted(where, e.getMessage()),
                    "start it, or correct SPRING_DATASOURCE_URL");
        }
    }

    /** Two machines need not agree for Rivet to work, but certificates and tokens expire by the clock, and people read times. */
    private Check clock(Optional<Answer> answer) {
        var now = surroundings.clock().instant();
        if (answer.isEmpty()) {
            return Check.ok("clock", now + ", compared with nobody's");
        }
        var skew = Duration.between(answer.get().at, now).abs();
        return skew.compareTo(SKEW) <= 0
                ? Check.ok("clock", "as the server's, to within %d s".formatted(SKEW.toSeconds()))
                : Check.warn(
                        "clock",
                        "%d s from the server's".formatted(skew.toSeconds()),
                        "set both by NTP, such as 'timedatectl set-ntp true'");
    }

    private record Answer(Instant at) {}

    /** Any answer shows a server; its clock is in the header. */
    private Optional<Answer> date() {
        try (var http = HttpClient.newBuilder().connectTimeout(ANSWER).build()) {
            var request = HttpRequest.newBuilder(endpoint.resolve("/regions"))
                    .timeout(ANSWER)
                    .build();
            var response = http.send(request, HttpResponse.BodyHandlers.discarding());
            return Optional.of(new Answer(response.headers()
                    .firstValue("date")
                    .flatMap(Network::parse)
                    .orElse(surroundings.clock().instant())));
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private static Optional<Instant> parse(String date) {
        try {
            return Optional.of(ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
