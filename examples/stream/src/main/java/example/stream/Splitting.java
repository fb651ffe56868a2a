package example.stream;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import rivet.actor.Kv;
import rivet.actor.KvEntry;
import rivet.actor.KvException;
import rivet.actor.KvKey;
import rivet.actor.KvRange;

/**
 * Splits lines into words, each of which goes to the partition that counts it. That a line was taken, and what has to be sent
 * because of it, is written in one step; what was sent is struck out once it was taken there.
 */
final class Splitting implements Partition.Stage {

    private static final String OUT = "out";
    private static final String SENT = "sent";
    /** One step of the store has room for them, and for what else it writes. */
    private static final int MOST_WORDS = 100;

    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST = Duration.ofSeconds(10);

    private final Kv kv;
    private final String name;
    private final List<URI> counting;
    private final List<Semaphore> more;
    private final HttpClient client = HttpClient.newHttpClient();

    /** @param name of this partition: it numbers what it sends */
    Splitting(Kv kv, String name, List<URI> counting, ExecutorService threads) {
        this.kv = kv;
        this.name = name;
        this.counting = counting;
        this.more = counting.stream().map(_ -> new Semaphore(1)).toList();
        IntStream.range(0, counting.size()).forEach(to -> threads.execute(() -> send(to)));
    }

    @Override
    public long take(String source, long number, List<String> lines) {
        var all = lines.stream()
                .flatMap(line -> Stream.of(line.split("\\W+", -1)))
                .filter(word -> !word.isEmpty())
                .toList();
        if (all.size() > MOST_WORDS) {
            throw new IllegalArgumentException("%d words (expected: at most %d)".formatted(all.size(), MOST_WORDS));
        }
        var words = all.stream()
                .collect(Collectors.groupingBy(
                        word -> Math.floorMod(word.hashCode(), counting.size()),
                        TreeMap::new,
                        Collectors.joining("\n")));
        long due = kv.transact(entries -> {
            long next = Numbers.due(entries, source);
            if (next == number) {
                words.forEach((to, message) -> {
                    var sent = KvKey.of(SENT, to);
                    long last = entries.get(sent)
                            .map(entry -> Numbers.number(entry.value()))
                            .orElse(0L);
                    entries.put(KvKey.of(OUT, to, last + 1), message.getBytes(StandardCharsets.UTF_8));
                    entries.put(sent, Numbers.bytes(last + 1));
                });
                Numbers.taken(entries, source, number);
            }
            return next;
        });
        words.keySet().forEach(to -> more.get(to).release());
        return due;
    }

    /** What waits to be sent. */
    @Override
    public String shown() {
        return Long.toString(kv.list(KvRange.prefix(OUT)).entries().size());
    }

    private void send(int to) {
        try {
            while (true) {
                more.get(to).acquire();
                more.get(to).drainPermits();
                while (!allSent(to)) {
                    Thread.sleep(PAUSE);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** In order, so that no message comes before one that it follows. @return false where one was not taken */
    private boolean allSent(int to) throws InterruptedException {
        try {
            for (var page = kv.list(KvRange.prefix(OUT, to));
                    !page.entries().isEmpty();
                    page = kv.list(KvRange.prefix(OUT, to))) {
                for (var entry : page.entries()) {
                    if (!isTaken(to, entry)) {
                        return false;
                    }
                    kv.delete(entry.key());
                }
            }
            return true;
        } catch (IOException | KvException e) {
            System.out.printf("to %d: again in %d ms: %s%n", to, PAUSE.toMillis(), e);
            return false;
        }
    }

    private boolean isTaken(int to, KvEntry entry) throws IOException, InterruptedException {
        var number = entry.key().elements().get(2);
        var request = HttpRequest.newBuilder(counting.get(to).resolve("%s/%s".formatted(name, number)))
                .timeout(LONGEST)
                .POST(HttpRequest.BodyPublishers.ofByteArray(entry.value()))
                .build();
        var reply = client.send(request, BodyHandlers.ofString());
        if (reply.statusCode() != 200) {
            System.out.printf("to %d: %d %s%n", to, reply.statusCode(), reply.body());
        }
        return reply.statusCode() == 200;
    }
}
