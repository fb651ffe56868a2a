package cluster;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Harms an installation for some minutes while it is used, heals it, and looks for what must never be: docs/chaos.md. */
final class Chaos {

    private static final int ACTORS = 24;
    private static final int CLIENTS = 8;
    private static final long START = System.nanoTime();

    private final Options options;
    private final World world;
    private final History history = new History();

    private record Options(double minutes, long seed, World.Plant plant, boolean shortTimes) {}

    private Chaos(Options options, World world) {
        this.options = options;
        this.world = world;
    }

    public static void main(String[] args) throws Exception {
        if (!Network.possible()) {
            System.err.println("bench/chaos: needs root and nft, for network namespaces and cuts in them (Debian: apt install nftables iproute2)");
            System.exit(2);
        }
        var options = options(args);
        System.err.printf("seed %d, %.1f minutes, planted: %s%n", options.seed(), options.minutes(), options.plant());
        boolean holds;
        try (var world = new World(options.plant(), options.shortTimes())) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> close(world))); // Ctrl-C leaves nothing behind either
            holds = new Chaos(options, world).run();
        }
        System.exit(holds ? 0 : 1);
    }

    private static void close(World world) {
        try {
            world.close();
        } catch (Exception e) {
            System.err.println("what was started could not all be ended: " + e);
        }
    }

    private boolean run() throws Exception {
        world.start();
        var actors = new ArrayList<String>();
        for (int i = 0; i < ACTORS; i++) {
            actors.add(create());
        }
        say("%d actors run", ACTORS);
        var clients = new Clients(world.cluster, world.api, actors, history);
        clients.start(CLIENTS);
        TimeUnit.SECONDS.sleep(5);
        var random = new Random(options.seed());
        var faults = new Faults(world, actors, random);
        var nemesis = new Nemesis(faults, random);
        if (options.plant() == World.Plant.NO_FREEZE) {
            nemesis.inflict(faults.outliving());
        }
        nemesis.rage((long) (options.minutes() * 60_000));
        say("healing");
        world.heal();
        var checks = new Checks(world, actors, history);
        var healed = checks.stuck(clients);
        say("all run %.1f s after healing", healed);
        clients.stop();
        plant(actors);
        checks.history(clients);
        checks.census();
        checks.end();
        return report(nemesis, checks, healed, new Witness(world.state).generations(actors).values().stream().mapToLong(Long::longValue).sum());
    }

    private String create() throws Exception {
        return world.api.create("""
                {"tags": {}, "build_tags": {"name": "chaos-counter", "current": "true"},
                 "lifecycle": {"durable": true, "kill_timeout": 1000},
                 "runtime": {"environment": {"STATE_DIR": "%s"}},
                 "network": {"ports": {"http": {"protocol": "http"}}}}""".formatted(world.state)).get("id").stringValue();
    }

    private void plant(List<String> actors) throws Exception {
        switch (options.plant()) {
            case NONE, NO_FREEZE -> {}
            case LOST_INCREMENT -> new Witness(world.state).forgetOne(actors.getFirst());
            case LEAK -> leak(actors.getFirst());
        }
    }

    /** As if an older generation had been forgotten by its agent. */
    private void leak(String actor) throws Exception {
        var builder = new ProcessBuilder("sleep", "60");
        builder.environment().put("RIVET_AGENT_ID", world.cluster.agents.getFirst().id());
        builder.environment().put("RIVET_ACTOR_ID", actor);
        builder.environment().put("RIVET_ACTOR_GENERATION", "0");
        builder.start();
    }

    private boolean report(Nemesis nemesis, Checks checks, double healed, long generations) throws Exception {
        var rows = Table.of(nemesis.done(), history);
        var acknowledged = history.all().stream().filter(History.Increment::acknowledged).count();
        System.out.println(Table.title());
        rows.forEach(row -> System.out.println(row.line()));
        System.out.printf(
                Locale.ROOT, "%d faults, %d requests, %d acknowledged increments, %d generations of %d actors; all run %.1f s after healing; seed %d%n",
                nemesis.done().size(), history.all().size(), acknowledged, generations, ACTORS, healed, options.seed());
        checks.violations.forEach((check, found) -> {
            System.out.printf("%-34s %6d%n", check, found.size());
            found.stream().limit(10).forEach(one -> System.out.println("    " + one));
        });
        nemesis.troubles().forEach(trouble -> System.out.println("the harness failed: " + trouble));
        var folder = Files.createDirectories(Cluster.HOME.resolve("bench/results"));
        Files.write(folder.resolve("chaos.jsonl"), rows.stream().map(Table::json).toList());
        history.write(folder.resolve("chaos-history.txt"));
        var holds = checks.violations.values().stream().allMatch(List::isEmpty) && nemesis.troubles().isEmpty();
        if (!holds) {
            keep(folder);
        }
        System.out.println(holds ? "all promises hold" : "PROMISES ARE BROKEN; what there was to see is in " + folder.resolve("chaos"));
        return holds;
    }

    /** The logs of all parts and what the actors wrote, for whoever looks for the cause. */
    private void keep(Path folder) throws Exception {
        Shell.run("rm", "-rf", folder.resolve("chaos").toString());
        Shell.run("sh", "-c", "mkdir -p '%2$s' && cp -r %1$s/*.log %1$s/state '%2$s'".formatted(world.cluster.folder, folder.resolve("chaos")));
    }

    static void say(String text, Object... values) {
        System.err.printf(Locale.ROOT, "%7.1f s  %s%n", (System.nanoTime() - START) / 1e9, text.formatted(values));
    }

    private static Options options(String[] args) {
        double minutes = 10;
        long seed = System.nanoTime() & 0xffffff;
        var plant = World.Plant.NONE;
        var shortTimes = true;
        for (var arg : args) {
            if (arg.startsWith("--seed=")) {
                seed = Long.parseLong(arg.substring(7));
            } else if (arg.startsWith("--plant=")) {
                plant = World.Plant.valueOf(arg.substring(8).toUpperCase().replace('-', '_'));
            } else if (arg.equals("--default-times")) {
                shortTimes = false;
            } else {
                minutes = Double.parseDouble(arg);
            }
        }
        return new Options(minutes, seed, plant, shortTimes);
    }
}
