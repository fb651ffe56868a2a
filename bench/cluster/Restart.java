package cluster;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** An agent with actors under load, killed and started again: what one waits for who starts an agent. */
public final class Restart {

    private static final int ACTORS = 50;
    private static final int CLIENTS = 4;

    /** @param firstMs from the start of the agent to the first reply @param allMs until each actor has replied */
    public record Times(double firstMs, double allMs) {}

    private final Cluster cluster;
    private final List<String> urls = new ArrayList<>();
    private final AtomicBoolean over = new AtomicBoolean();

    private Restart(Cluster cluster) {
        this.cluster = cluster;
    }

    /** @throws IllegalStateException where a process did not live on */
    public static List<Times> measure(int rounds) throws Exception {
        var folder = Files.createTempDirectory("rivet-bench-restart");
        try (var cluster = new Cluster(folder, Place.here("postgres"))) {
            return new Restart(cluster).run(rounds);
        } finally {
            Shell.run("rm", "-rf", folder.toString());
        }
    }

    private List<Times> run(int rounds) throws Exception {
        cluster.postgres.start();
        var controlPlane = cluster.addControlPlane(Place.here("control-plane"), Map.of());
        controlPlane.program().start();
        cluster.awaitHealthy(controlPlane);
        var agent = cluster.addAgent(Place.here("agent"), controlPlane.url(), Map.of());
        agent.program().start();
        cluster.deployCounter();
        for (int i = 0; i < ACTORS; i++) {
            urls.add(create());
        }
        load();
        var times = new ArrayList<Times>();
        for (int round = 0; round < rounds; round++) {
            times.add(round(agent));
        }
        over.set(true);
        return times;
    }

    private Times round(Cluster.Agent agent) throws Exception {
        Wait.orFail(20_000, "all reply", () -> urls.stream().allMatch(this::replies));
        var before = Census.of("RIVET_AGENT_ID=" + agent.id());
        agent.program().kill();
        var began = System.nanoTime();
        agent.program().start();
        Wait.orFail(30_000, "the first reply", () -> replies(urls.getFirst()));
        var first = ms(began);
        for (var url : urls) {
            Wait.orFail(30_000, "a reply of " + url, () -> replies(url));
        }
        var all = ms(began);
        if (!Census.of("RIVET_AGENT_ID=" + agent.id()).equals(before)) {
            throw new IllegalStateException("other processes than before");
        }
        return new Times(first, all);
    }

    private String create() throws Exception {
        var actor = cluster.api().create("""
                {"tags": {}, "build_tags": {"name": "chaos-counter", "current": "true"}, "lifecycle": {"durable": true},
                 "network": {"ports": {"http": {"protocol": "http"}}}}""");
        return actor.get("network").get("ports").get("http").get("url").stringValue();
    }

    private void load() {
        for (int i = 0; i < CLIENTS; i++) {
            int first = i;
            Thread.startVirtualThread(() -> {
                for (int next = first; !over.get(); next = (next + CLIENTS) % ACTORS) {
                    if (!replies(urls.get(next))) {
                        sleep(20); // a client that is refused comes back a little later
                    }
                }
            });
        }
    }

    private boolean replies(String url) {
        try {
            var request = HttpRequest.newBuilder(URI.create(url + "/")).timeout(Duration.ofSeconds(10)).build();
            return cluster.http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (Exception e) {
            return false;
        }
    }

    private static void sleep(long ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static double ms(long began) {
        return (System.nanoTime() - began) / 1e6;
    }
}
