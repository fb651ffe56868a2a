package cluster;

import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Looks for what must never be: each check is a name and what was found against it. */
final class Checks {

    private static final long ALL_RUN_WITHIN_MS = 60_000;

    final Map<String, List<String>> violations = new LinkedHashMap<>();
    private final World world;
    private final List<String> actors;
    private final History history;

    Checks(World world, List<String> actors, History history) {
        this.world = world;
        this.actors = actors;
        this.history = history;
    }

    /** While clients go on: everything that should run does, within a bound. @return how long that took */
    double stuck(Clients clients) throws Exception {
        var began = System.nanoTime();
        var left = new ArrayList<>(actors);
        Wait.until(ALL_RUN_WITHIN_MS, () -> {
            left.removeIf(actor -> runs(actor) && clients.read(actor) != null);
            return left.isEmpty();
        });
        var wrong = new ArrayList<String>();
        for (var actor : left) {
            wrong.add("%s: %s".formatted(actor, explanation(actor)));
        }
        violations.put("stuck actors", wrong);
        return (System.nanoTime() - began) / 1e9;
    }

    /** When the clients have stopped. */
    void history(Clients clients) throws Exception {
        var witness = new Witness(world.state);
        var byActor = history.byActor();
        var lost = new ArrayList<String>();
        var copies = new ArrayList<String>();
        var order = new ArrayList<String>();
        for (var actor : actors) {
            var increments = byActor.getOrDefault(actor, List.of());
            lost.addAll(witness.counts(actor, increments));
            copies.addAll(witness.copies(actor));
            History.violations(increments).forEach(wrong -> order.add(actor + ": " + wrong));
            var now = clients.read(actor);
            if (now == null || now != witness.increments(actor)) {
                lost.add("%s: says %s where %d were counted".formatted(actor, now, witness.increments(actor)));
            }
        }
        violations.put("lost acknowledged increments", lost);
        violations.put("overlapping copies", copies);
        violations.put("answers out of order", order);
    }

    /** What the database says runs is what runs, once each, and what it says is reserved is what is used. */
    void census() throws Exception {
        var wrong = new ArrayList<String>();
        try (var database = world.cluster.postgres.connect()) {
            var expected = running(database);
            var found = new HashSet<String>();
            for (var agent : world.cluster.agents) {
                for (var pid : Census.of("RIVET_AGENT_ID=" + agent.id())) {
                    process(pid, agent.id()).ifPresent(process -> {
                        found.add(process);
                        if (!expected.contains(process)) {
                            wrong.add("process %d of %s is not in the database".formatted(pid, process));
                        }
                    });
                }
            }
            expected.stream().filter(one -> !found.contains(one)).forEach(one -> wrong.add(one + " has no process"));
            violations.put("leaked or missing processes", wrong);
            violations.put("wrong reservations", reservations(database));
        }
    }

    /** Everything is destroyed, and nothing is left of it. */
    void end() throws Exception {
        for (var actor : actors) {
            world.api.call("DELETE", "/actors/" + actor + "?override_kill_timeout=0", "", Duration.ofSeconds(10));
        }
        var wrong = violations.get("leaked or missing processes");
        Wait.until(20_000, () -> actorProcesses().isEmpty());
        actorProcesses().forEach(pid -> wrong.add("process %d outlives its actor".formatted(pid)));
        for (var agent : world.cluster.agents) {
            agent.program().stop();
        }
        Wait.until(10_000, () -> agentProcesses().isEmpty());
        agentProcesses().forEach(pid -> wrong.add("process %d outlives its agent".formatted(pid)));
    }

    private boolean runs(String actor) {
        try {
            return world.api.actor(actor).get("state").stringValue().equals("running");
        } catch (Exception e) {
            return false; // nobody can say so
        }
    }

    private String explanation(String actor) {
        try {
            return world.api.call("GET", "/actors/" + actor + "/explain", "", Duration.ofSeconds(2)).toString();
        } catch (Exception e) {
            return "not even explained: " + e;
        }
    }

    private Set<Long> actorProcesses() throws Exception {
        var all = new HashSet<Long>();
        for (var actor : actors) {
            all.addAll(Census.of("RIVET_ACTOR_ID=" + actor));
        }
        return all;
    }

    private Set<Long> agentProcesses() throws Exception {
        var all = new HashSet<Long>();
        for (var agent : world.cluster.agents) {
            all.addAll(Census.of("RIVET_AGENT_ID=" + agent.id()));
        }
        return all;
    }

    private static Set<String> running(Connection database) throws Exception {
        var running = new HashSet<String>();
        try (var statement = database.createStatement();
                var rows = statement.executeQuery("select id, generation, agent_id from actor where status = 'running'")) {
            while (rows.next()) {
                running.add("actor %s generation %s on %s".formatted(rows.getString(1), rows.getString(2), rows.getString(3)));
            }
        }
        return running;
    }

    private static Optional<String> process(long pid, String agent) {
        var variables = new HashMap<String, String>();
        Census.environment(pid).forEach(variable -> variables.put(variable.replaceFirst("=.*", ""), variable.replaceFirst("[^=]*=", "")));
        return Optional.ofNullable(variables.get("RIVET_ACTOR_ID"))
                .map(actor -> "actor %s generation %s on %s".formatted(actor, variables.get("RIVET_ACTOR_GENERATION"), agent));
    }

    private static List<String> reservations(Connection database) throws Exception {
        var wrong = new ArrayList<String>();
        try (var statement = database.createStatement();
                var rows = statement.executeQuery("""
                        select g.id, reserved_cpu_millicores, coalesce(sum(a.cpu_millicores), 0), reserved_memory_mib, coalesce(sum(a.memory_mib), 0)
                        from agent g left join actor a on a.agent_id = g.id group by g.id""")) {
            while (rows.next()) {
                if (rows.getLong(2) != rows.getLong(3) || rows.getLong(4) != rows.getLong(5)) {
                    wrong.add("agent %s: %d m and %d MiB reserved, %d m and %d MiB used".formatted(
                            rows.getString(1), rows.getLong(2), rows.getLong(4), rows.getLong(3), rows.getLong(5)));
                }
            }
        }
        return wrong;
    }
}
