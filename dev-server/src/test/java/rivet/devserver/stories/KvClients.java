package rivet.devserver.stories;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import rivet.devserver.linearizability.Command;
import rivet.devserver.linearizability.Command.Add;
import rivet.devserver.linearizability.Command.CompareAndSet;
import rivet.devserver.linearizability.Command.Get;
import rivet.devserver.linearizability.Command.Put;
import rivet.devserver.linearizability.Command.Transfer;
import rivet.devserver.linearizability.Operation;
import rivet.protocol.Wire;

/** Use one actor's store through its public URL, all at the same time, and note what each asked and heard. */
final class KvClients {

    /** Counted by the actor in its memory and put from there: right only while no other copy of it may write. */
    static final String IN_MEMORY = "in memory";

    private static final Set<String> ACCOUNTS = Set.of("account/1", "account/2", "account/3");
    private static final Duration LONGEST_ANSWER = Duration.ofSeconds(8);
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final long PAUSE_MS = 20;
    private static final int MORE = 30;

    private final HttpClient http = HttpClient.newHttpClient();
    private final Queue<Operation> history = new ConcurrentLinkedQueue<>();
    private final AtomicLong values = new AtomicLong();
    private final List<Thread> threads = new ArrayList<>();
    private final ControlPlanes controlPlane;
    private final String actor;
    private volatile URI url;
    private volatile boolean going = true;

    /** The one that is there now. */
    interface ControlPlanes {

        ControlPlaneProcess get();
    }

    KvClients(ControlPlanes controlPlane, String actor) {
        this.controlPlane = controlPlane;
        this.actor = actor;
        this.url = URI.create(RunningDevServer.url(controlPlane.get().awaitRunning(actor), "http"));
    }

    void start(int clients, long seed) {
        for (int i = 0; i < clients; i++) {
            var random = new Random(seed + i);
            var name = "client " + i;
            threads.add(Thread.ofVirtual().start(() -> run(name, random)));
        }
    }

    /** Some more commands are answered than were when this was asked. */
    void awaitMore() {
        long before = answered();
        await().atMost(SOON).until(() -> answered() >= before + MORE);
    }

    List<Operation> stop() throws InterruptedException {
        going = false;
        for (var thread : threads) {
            thread.join();
        }
        return history();
    }

    List<Operation> history() {
        return List.copyOf(history);
    }

    private long answered() {
        return history.stream()
                .filter(operation -> operation.answer().isPresent())
                .count();
    }

    private void run(String name, Random random) {
        try {
            while (going) {
                if (!ask(name, next(random))) {
                    awaitAnswer(name);
                }
                Thread.sleep(PAUSE_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What reads leave open makes no history harder to check. */
    private void awaitAnswer(String name) throws InterruptedException {
        while (going && !ask(name, new Get("register"))) {
            Thread.sleep(PAUSE_MS);
            findActor();
        }
    }

    private Command next(Random random) {
        long value = values.incrementAndGet();
        var accounts = ACCOUNTS.stream().sorted().toList();
        int from = random.nextInt(accounts.size());
        return switch (random.nextInt(9)) {
            case 0 -> new Put("register", value);
            case 1, 2 -> new Get("register");
            case 3 -> new CompareAndSet("small", random.nextInt(3), random.nextInt(3));
            case 4 -> new Get("small");
            case 5 -> new Add("counter", 1 + random.nextInt(3));
            case 6 -> new Add(IN_MEMORY, 1);
            case 7 ->
                new Transfer(accounts.get(from), accounts.get((from + 1) % accounts.size()), 1 + random.nextInt(9));
            default -> new Command.List(ACCOUNTS);
        };
    }

    /** @return whether it was answered */
    boolean ask(String name, Command command) throws InterruptedException {
        long invoked = System.nanoTime();
        var answer = answer(command);
        history.add(
                new Operation(name, command, answer, invoked, answer.isPresent() ? System.nanoTime() : Long.MAX_VALUE));
        return answer.isPresent();
    }

    /** Absent: nobody knows whether it was done. */
    private Optional<String> answer(Command command) throws InterruptedException {
        try {
            var answer = http.send(
                    HttpRequest.newBuilder(url)
                            .timeout(LONGEST_ANSWER)
                            .POST(HttpRequest.BodyPublishers.ofString(json(command)))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == 200 ? Optional.of(answer.body()) : Optional.empty();
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private static String json(Command command) {
        var json = Wire.JSON.createObjectNode();
        switch (command) {
            case Get(var key) -> json.put("what", "get").put("key", key);
            case Put(var key, var value) ->
                json.put("what", "put").put("key", key).put("value", value);
            case Add(var key, var delta) ->
                json.put("what", key.equals(IN_MEMORY) ? "countInMemory" : "add")
                        .put("key", key)
                        .put("delta", delta);
            case CompareAndSet(var key, var expected, var value) ->
                json.put("what", "compareAndSet")
                        .put("key", key)
                        .put("expected", expected)
                        .put("value", value);
            case Transfer(var from, var to, var amount) ->
                json.put("what", "transfer").put("from", from).put("to", to).put("amount", amount);
            case Command.List _ -> json.put("what", "list").put("prefix", "account/");
        }
        return json.toString();
    }

    /** Where it is reached changes when it moves. */
    private void findActor() throws InterruptedException {
        try {
            var answer = controlPlane.get().send("GET", "/actors/" + actor, "");
            if (answer.statusCode() == 200) {
                url = URI.create(RunningDevServer.url(ControlPlaneProcess.actor(answer), "http"));
            }
        } catch (IOException _) {
            // it is away; where the actor was last is as good as anything
        }
    }
}
