package cluster;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Users of the actors: each counts at one actor after the other, and asks for its URL anew when it does not answer. */
final class Clients {

    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int THINK_MS = 40;

    private final Cluster cluster;
    private final Api api;
    private final List<String> actors;
    private final History history;
    private final Map<String, String> urls = new ConcurrentHashMap<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean over;

    Clients(Cluster cluster, Api api, List<String> actors, History history) {
        this.cluster = cluster;
        this.api = api;
        this.actors = actors;
        this.history = history;
    }

    void start(int clients) {
        for (int i = 0; i < clients; i++) {
            var name = "c" + i;
            var first = i * actors.size() / clients;
            threads.add(Thread.ofVirtual().name(name).start(() -> run(name, first)));
        }
    }

    void stop() throws InterruptedException {
        over = true;
        for (var thread : threads) {
            thread.join();
        }
    }

    /** What an actor says without being counted at; null where it does not reply. */
    Long read(String actor) {
        try {
            var reply = cluster.http.send(request(actor, "/").GET().build(), HttpResponse.BodyHandlers.ofString());
            return reply.statusCode() == 200 ? Api.JSON.readTree(reply.body()).get("count").asLong() : null;
        } catch (Exception e) {
            urls.remove(actor);
            return null;
        }
    }

    private void run(String name, int first) {
        for (int i = 0; !over; i++) {
            var actor = actors.get((first + i) % actors.size());
            increment(actor, name + "-" + i);
            try {
                Thread.sleep(THINK_MS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void increment(String actor, String token) {
        var began = System.nanoTime();
        long count = 0;
        long generation = 0;
        try {
            var request = request(actor, "/" + token).POST(HttpRequest.BodyPublishers.noBody()).build();
            var reply = cluster.http.send(request, HttpResponse.BodyHandlers.ofString());
            if (reply.statusCode() == 200) {
                var json = Api.JSON.readTree(reply.body());
                count = json.get("count").asLong();
                generation = json.get("generation").asLong();
            } else {
                urls.remove(actor);
            }
        } catch (Exception e) {
            urls.remove(actor); // whether it was counted is not known
        }
        history.add(new History.Increment(actor, token, began, System.nanoTime(), count, generation));
    }

    private HttpRequest.Builder request(String actor, String path) throws Exception {
        var url = urls.get(actor);
        if (url == null) {
            url = api.actor(actor).get("network").get("ports").get("http").get("url").stringValue();
            urls.put(actor, url);
        }
        return HttpRequest.newBuilder(URI.create(url + path)).timeout(PATIENCE);
    }
}
