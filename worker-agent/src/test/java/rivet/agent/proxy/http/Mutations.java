package rivet.agent.proxy.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import rivet.agent.proxy.http.HostileRequests.Vector;

/** Requests that chance has damaged: the same seed, the same requests. */
final class Mutations {

    private static final int MOST_STEPS = 3;
    private static final int LONGEST = 2_000;
    private static final String OPENING = "POST /a?b=c HTTP/1.1\r\nHost: a\r\n";

    /** Sound ones, and ones that are nearly so: the damage does the rest. */
    private static final List<String> SOUND = List.of(
            "GET /a/b?c=d HTTP/1.1\r\nHost: a\r\nAccept: */*\r\nCookie: a=b; c=d\r\n\r\n",
            "GET http://a/b HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.0\r\n\r\n",
            "DELETE /%41/%2fa HTTP/1.1\r\nHost: a:80\r\nConnection: close, X-Y\r\nX-Y: 1\r\n\r\n",
            OPENING + "Content-Length: 5\r\n\r\nhello",
            OPENING + "Content-Length: 0\r\nX-A: b\r\n\r\n",
            OPENING + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            OPENING + "Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\na\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n",
            OPENING + "Content-Length: 5\r\nConnection: keep-alive\r\nX-A: b\r\nX-A: c\r\n\r\nhello");

    private static final List<String> BITS = List.of(
            "\r",
            "\n",
            "\r\n",
            "\n\n",
            "\r\n\r\n",
            "\0",
            " ",
            "\t",
            ":",
            ",",
            ";",
            "\u000b",
            "\f",
            "\u007f",
            "\u0080",
            "\u00a0",
            "\u00ff",
            "_",
            "-",
            "+",
            "0",
            "1",
            "5",
            "a",
            "x",
            "%",
            "%00",
            "%2e",
            "%0d%0a",
            "#",
            "?",
            "/",
            "//",
            "/../",
            "\\",
            "@",
            "[",
            "]",
            "\"",
            "(",
            "=",
            "chunked",
            "identity",
            "close",
            "HTTP/1.1",
            "HTTP/1.0",
            "HTTP/0.9",
            "HTTP/2.0");

    private static final List<String> LINES = List.of(
            "Content-Length: 5",
            "Content-Length: 6",
            "Content-Length: 0",
            "Content-Length:",
            "Content-Length: 5,5",
            "Content-Length: 0x5",
            "Content-Length : 5",
            "content-length:5",
            "Content_Length: 5",
            "Transfer-Encoding: chunked",
            "transfer-encoding:\tchunked",
            "Transfer-Encoding: CHUNKED",
            "Transfer-Encoding: chunked, identity",
            "Transfer-Encoding: identity",
            "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding : chunked",
            "Transfer-Encoding: \u000bchunked",
            "Transfer-Encoding:",
            "Host: b",
            "Host: a",
            "Host:",
            "Host: a:80:80",
            "Connection: close",
            "Connection: Content-Length",
            "Expect: 100-continue",
            "Expect: x",
            "TE: trailers",
            "Upgrade: h2c",
            "X: y",
            ": x",
            "x",
            " folded",
            "\tfolded",
            "GET /smuggled HTTP/1.1",
            "0",
            "5",
            "");

    private final Random random;

    private Mutations(long seed) {
        random = new Random(seed);
    }

    static List<Vector> of(long seed, int many) {
        var mutations = new Mutations(seed);
        var bases = new ArrayList<>(SOUND);
        new HostileRequests("")
                .all().stream()
                        .map(Vector::bytes)
                        .filter(bytes -> bytes.length() < LONGEST)
                        .forEach(bases::add);
        return IntStream.range(0, many)
                .mapToObj(i -> new Vector("mutation %d".formatted(i), 400, mutations.next(bases)))
                .toList();
    }

    private String next(List<String> bases) {
        // Half of them from what is sound: what is broken already is refused whatever else is done to it.
        String request = random.nextBoolean() ? any(SOUND) : any(bases);
        for (int step = 1 + random.nextInt(MOST_STEPS); step > 0; step--) {
            request = step(request, bases);
        }
        return request;
    }

    private String step(String request, List<String> bases) {
        int at = random.nextInt(request.length() + 1);
        int to = Math.min(request.length(), at + 1 + random.nextInt(3));
        return switch (random.nextInt(9)) {
            case 0 -> request.substring(0, at) + any(BITS) + request.substring(at);
            case 1 -> request.substring(0, at) + any(BITS) + request.substring(to);
            case 2 -> request.substring(0, at) + request.substring(to);
            case 3 -> request.substring(0, at) + (char) random.nextInt(256) + request.substring(to);
            case 4 -> withLine(request, any(LINES));
            case 5 -> withLine(request, any(List.of(request.split("\r\n", -1))));
            case 6 -> withoutLine(request);
            case 7 -> request.substring(0, at) + swappedCase(request.substring(at, to)) + request.substring(to);
            default -> spliced(request, any(bases));
        };
    }

    private String withLine(String request, String line) {
        List<String> lines = lines(request);
        lines.add(1 + random.nextInt(lines.size()), line);
        return String.join("\r\n", lines);
    }

    private String withoutLine(String request) {
        List<String> lines = lines(request);
        if (lines.size() > 2) {
            lines.remove(random.nextInt(lines.size() - 1));
        }
        return String.join("\r\n", lines);
    }

    private static List<String> lines(String request) {
        return new ArrayList<>(Arrays.asList(request.split("\r\n", -1)));
    }

    private String spliced(String request, String other) {
        return request.substring(0, random.nextInt(request.length() + 1))
                + other.substring(random.nextInt(other.length() + 1));
    }

    private static String swappedCase(String text) {
        StringBuilder swapped = new StringBuilder(text.length());
        for (byte b : text.getBytes(StandardCharsets.ISO_8859_1)) {
            swapped.append((char) ((Chars.letter(b) ? b ^ 0x20 : b) & 0xff));
        }
        return swapped.toString();
    }

    private <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }
}
