import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoublePredicate;
import java.util.function.ToDoubleFunction;

/**
 * An agent's proxy, nginx and HAProxy in front of the same actor, an nginx that answers from memory. Each row's rounds alternate
 * between the three; a figure is the median of its rounds.
 */
final class ProxyBench {

    private static final int ROUNDS = 3;
    private static final int BODY_BYTES = 65_536;
    private static final int MANY_ROUTES = 100_000;
    private static final int FEW_ROUTES = 10;

    private static final String ACTOR = """
            #!/bin/sh
            cd "$TMPDIR" && mkdir -p run
            head -c %1$d /dev/zero | tr '\\0' x > large
            cat > nginx.conf <<CONF
            daemon off; worker_processes 1; pid run/pid; error_log stderr crit;
            events { worker_connections 4096; }
            http {
              access_log off; keepalive_requests 1000000000; sendfile on; tcp_nopush on; open_file_cache max=10;
              client_body_temp_path run; proxy_temp_path run; fastcgi_temp_path run; uwsgi_temp_path run; scgi_temp_path run;
              server {
                listen 127.0.0.1:$PORT_HTTP backlog=4096; root $PWD;
                location / { return 200 "%2$s"; }
                location /large { }
                location /port { return 200 $PORT_HTTP; }
              }
            }
            CONF
            exec /usr/sbin/nginx -p "$PWD" -c nginx.conf
            """;

    /** The proxies, ours first, and the machines behind them. */
    private record Field(Machines machines, Machines.Agent agent, String actor, List<Wrk.Target> targets) {

        Wrk.Target ours() {
            return targets.getFirst();
        }
    }

    private interface Measuring {
        List<Row> of(Field field) throws Exception;
    }

    /** Requests/s, latency and CPU at 1, 16, 64 and 256 connections. */
    static List<Row> requests() throws Exception {
        return measured(field -> {
            var rows = new ArrayList<Row>();
            for (var connections : new int[] {1, 16, 64, 256}) {
                var what = "proxy, %d keep-alive connections, 100 B: ".formatted(connections);
                var loads = rounds(field.targets(), target -> Wrk.run(target, connections));
                for (var peer : peers(loads)) {
                    var goal = peer.equals("nginx") ? 1.2 : 1.0;
                    rows.add(atLeast(what + "requests/s", loads, peer, Wrk.Load::perSecond, "/s", goal));
                    rows.add(atMost(what + "p99", loads, peer, Wrk.Load::p99Ms, "ms"));
                    rows.add(atMost(what + "CPU per request", loads, peer, Wrk.Load::cpuMicros, "µs"));
                }
            }
            return rows;
        });
    }

    /** Bodies of 64 KiB both ways, and a connection for each request. */
    static List<Row> bodies() throws Exception {
        return measured(field -> {
            var upload = Files.writeString(Dev.temporary("wrk").resolve("upload.lua"), """
                    wrk.method = "POST"
                    wrk.body = string.rep("x", %d)
                    """.formatted(BODY_BYTES));
            var down = rounds(field.targets(), target -> Wrk.run(target.at("large"), 64));
            var up = rounds(field.targets(), target -> Wrk.run(target, 64, "-s", upload.toString()));
            var churn = rounds(field.targets(), target -> Wrk.run(target, 64, "-H", "Connection: close"));
            var rows = new ArrayList<Row>();
            for (var peer : peers(down)) {
                rows.add(atLeast("proxy, answers of 64 KiB", down, peer, Wrk.Load::perSecond, "/s", 1));
                rows.add(atLeast("proxy, uploads of 64 KiB", up, peer, Wrk.Load::perSecond, "/s", 1));
                rows.add(atLeast("proxy, a new connection for each request", churn, peer, Wrk.Load::perSecond, "/s", 1));
            }
            return rows;
        });
    }

    /** One hop more to the same actor. */
    static List<Row> hops() throws Exception {
        return measured(field -> {
            var other = field.machines().agent("other");
            var remote = ours("through another agent", other, field.actor());
            Machines.await("the other agent's route", () -> Http.get(other.proxyPort(), "/" + field.actor() + "-http/").status() == 200);
            Wrk.run(remote, 64); // the JVM compiles
            var loads = rounds(List.of(remote, field.ours()), target -> Wrk.run(target, 64));
            return List.of(atLeast("proxy, two hops, 64 connections: requests/s", loads, field.ours().name(), Wrk.Load::perSecond, "/s", 0.6));
        });
    }

    /** The same custom route among few and among many. */
    static List<Row> routes() throws Exception {
        return measured(field -> {
            var route = new Wrk.Target(
                    "custom route", "http://127.0.0.1:%d/".formatted(field.agent().proxyPort()), List.of("-H", "Host: r1.bench.test"), field.ours().proxy(), true);
            load(field, "warm", FEW_ROUTES);
            Wrk.run(route, 64); // the JVM compiles
            var few = new ArrayList<Double>();
            var many = new ArrayList<Double>();
            for (int round = 0; round < ROUNDS; round++) {
                load(field, "few" + round, FEW_ROUTES);
                few.add(Wrk.run(route, 64).perSecond());
                load(field, "many" + round, MANY_ROUTES);
                many.add(Wrk.run(route, 64).perSecond());
            }
            return List.of(Row.relative(
                    "proxy, 100,000 routes: requests/s", many, few, "10 routes", "/s", ">= 0.95 x", ratio -> ratio >= 0.95));
        });
    }

    private static List<Row> measured(Measuring measuring) throws Exception {
        Tools.debian("wrk", "wrk");
        var work = Dev.temporary("proxy");
        try (var machines = Machines.start(work)) {
            var agent = machines.agent("agent");
            var actor = machines.actor("backend", Map.of("start", ACTOR.formatted(BODY_BYTES, "x".repeat(100)))).get("id").asString();
            var backend = Integer.parseInt(Http.get(agent.proxyPort(), "/" + actor + "-http/port").body());
            try (var peers = new Peers(work, backend, 2_000)) {
                var targets = new ArrayList<>(List.of(ours("Rivet", agent, actor)));
                targets.addAll(peers.targets());
                Wrk.run(targets.getFirst(), 64); // the JVM compiles
                Wrk.run(targets.getFirst(), 64);
                return measuring.of(new Field(machines, agent, actor, targets));
            }
        }
    }

    private static Wrk.Target ours(String name, Machines.Agent agent, String actor) {
        return new Wrk.Target(name, "http://127.0.0.1:%d/%s-http/".formatted(agent.proxyPort(), actor), List.of(), agent.process(), true);
    }

    private interface Round {
        Wrk.Load of(Wrk.Target target) throws Exception;
    }

    /** By the targets' names, in their order. */
    private static Map<String, List<Wrk.Load>> rounds(List<Wrk.Target> targets, Round round) throws Exception {
        var loads = new LinkedHashMap<String, List<Wrk.Load>>();
        for (int each = 0; each < ROUNDS; each++) {
            for (var target : targets) {
                loads.computeIfAbsent(target.name(), _ -> new ArrayList<>()).add(round.of(target));
            }
        }
        return loads;
    }

    private static List<String> peers(Map<String, List<Wrk.Load>> loads) {
        return loads.keySet().stream().skip(1).toList();
    }

    private static Row atLeast(
            String row, Map<String, List<Wrk.Load>> loads, String peer, ToDoubleFunction<Wrk.Load> figure, String unit, double goal) {
        return row(row, loads, peer, figure, unit, ">= %.1f x".formatted(goal), ratio -> ratio >= goal);
    }

    private static Row atMost(String row, Map<String, List<Wrk.Load>> loads, String peer, ToDoubleFunction<Wrk.Load> figure, String unit) {
        return row(row, loads, peer, figure, unit, "<= 1.0 x", ratio -> ratio <= 1);
    }

    private static Row row(
            String row, Map<String, List<Wrk.Load>> loads, String peer, ToDoubleFunction<Wrk.Load> figure, String unit, String goal, DoublePredicate holds) {
        var ours = loads.values().iterator().next().stream().map(figure::applyAsDouble).toList();
        var theirs = loads.get(peer).stream().map(figure::applyAsDouble).toList();
        return Row.relative(row, ours, theirs, peer, unit, goal, holds);
    }

    /** Written as the API would; one more that the API writes makes the agent know them. Returns when it does. */
    private static void load(Field field, String marker, int routes) throws Exception {
        try (var database = field.machines().database(); var statement = database.createStatement()) {
            statement.execute("delete from route");
            statement.execute("""
                    insert into route (environment_id, name, hostname, path, route_subpaths, strip_prefix, selector_tags)
                    select e.id, 'r' || n, 'r' || n || '.bench.test', '', true, false, '{"name": "backend"}'
                    from generate_series(1, %d) as n, (select id from environment where slug = 'default' limit 1) e
                    """.formatted(routes));
        }
        field.machines().send("PUT", "/routes/" + marker, """
                {"hostname": "%s.bench.test", "path": "", "route_subpaths": true, "strip_prefix": false,
                 "target": {"actors": {"selector_tags": {"name": "backend"}}}}""".formatted(marker));
        Machines.await(routes + " routes at the proxy", () ->
                Http.get(field.agent().proxyPort(), "/", marker + ".bench.test").status() == 200);
    }

    private ProxyBench() {}
}
