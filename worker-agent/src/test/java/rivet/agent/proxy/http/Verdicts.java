package rivet.agent.proxy.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import rivet.agent.proxy.http.HostileRequests.Vector;

/**
 * What HAProxy and nginx made of each hostile request, as it was recorded: {@code A}ccepted, {@code R}efused, or
 * {@code W}aited for more. With it the comparison needs neither of them.
 */
record Verdicts(String corpus, Map<String, String> byPeer) {

    static final Path FILE = Path.of("src/test/resources/rivet/agent/proxy/http/verdicts.txt");

    private static final long SEED = 20_260_721;
    private static final int MUTATIONS = 6_000;
    private static final int PER_LINE = 100;

    static List<Vector> vectors() {
        var vectors = new ArrayList<>(new HostileRequests("").all());
        vectors.addAll(Mutations.of(SEED, MUTATIONS));
        return vectors;
    }

    boolean refused(int vector) {
        return byPeer.values().stream().anyMatch(verdicts -> verdicts.charAt(vector) == 'R');
    }

    /** Tells a recording of other requests from one of these. */
    static String digest(List<Vector> vectors) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            vectors.forEach(vector -> {
                digest.update(vector.raw());
                digest.update((byte) '|');
            });
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static Verdicts read() throws IOException {
        Map<String, String> byPeer = new TreeMap<>();
        for (String line : Files.readAllLines(FILE)) {
            String[] words = line.split(" ", 2);
            byPeer.merge(words[0], words[1], String::concat);
        }
        return new Verdicts(String.valueOf(byPeer.remove("corpus")), byPeer);
    }

    void write() throws IOException {
        StringBuilder text = new StringBuilder("corpus " + corpus + "\n");
        byPeer.forEach((peer, verdicts) -> {
            for (int at = 0; at < verdicts.length(); at += PER_LINE) {
                text.append(peer)
                        .append(' ')
                        .append(verdicts, at, Math.min(verdicts.length(), at + PER_LINE))
                        .append('\n');
            }
        });
        Files.createDirectories(FILE.getParent());
        Files.writeString(FILE, text, StandardCharsets.US_ASCII);
    }

    String summary() {
        return byPeer.entrySet().stream()
                .map(peer -> "%s refused %d of %d"
                        .formatted(
                                peer.getKey(),
                                peer.getValue()
                                        .chars()
                                        .filter(verdict -> verdict == 'R')
                                        .count(),
                                peer.getValue().length()))
                .collect(Collectors.joining(", "));
    }
}
