package cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** All kinds of harm, drawn so that each comes equally often. */
final class Faults {

    private final World world;
    private final List<String> actors;
    private final Random random;
    private final List<Kind> coming = new ArrayList<>();

    private enum Kind {
        AGENT_KILLED, AGENT_PAUSED, WARDEN_KILLED, HOST_LOST, AGENT_CUT_OFF, AGENT_UNHEARD, AGENT_DEAF, AGENT_DISK_FULL, AGENT_DRAINED, ACTOR_KILLED,
        CONTROL_PLANE_KILLED, CONTROL_PLANE_PAUSED, CONTROL_PLANE_CUT_OFF, CONTROL_PLANE_WITHOUT_DATABASE,
        POSTGRES_KILLED, POSTGRES_PAUSED, POSTGRES_RESTARTED
    }

    Faults(World world, List<String> actors, Random random) {
        this.world = world;
        this.actors = actors;
        this.random = random;
    }

    Fault next() {
        if (coming.isEmpty()) {
            coming.addAll(List.of(Kind.values()));
            Collections.shuffle(coming, random);
        }
        var kind = coming.removeLast();
        var agent = pick(world.cluster.agents);
        var one = pick(world.cluster.controlPlanes);
        var actor = pick(actors);
        return switch (kind) {
            case AGENT_KILLED -> on(agent, kind, hold(0, 1), agent.program()::kill, () -> world.revive(agent.program()));
            case AGENT_PAUSED -> on(agent, kind, hold(1, 20), agent.program()::pause, agent.program()::resume);
            case WARDEN_KILLED -> on(agent, kind, 0, () -> killWarden(agent), () -> {});
            case HOST_LOST -> on(agent, kind, hold(2, 15), () -> lose(agent), () -> world.revive(agent.program()));
            case AGENT_CUT_OFF -> cutOff(agent, hold(1, 15));
            case AGENT_UNHEARD -> on(agent, kind, hold(1, 15), () -> world.network.cut(agent.place(), world.balancer), () -> join(agent.place(), world.balancer));
            case AGENT_DEAF -> on(agent, kind, hold(1, 15), () -> world.network.cut(world.balancer, agent.place()), () -> join(agent.place(), world.balancer));
            case AGENT_DISK_FULL -> on(agent, kind, hold(2, 8), () -> fill(agent), () -> Files.deleteIfExists(world.filler(agent)));
            case AGENT_DRAINED -> on(agent, kind, hold(2, 10), () -> ask(agent, "drain"), () -> ask(agent, "uncordon"));
            case ACTOR_KILLED -> fault("actor " + actor, kind, 0, () -> Census.kill(mainProcess(actor)), () -> {});
            case CONTROL_PLANE_KILLED -> on(one, kind, hold(0, 3), one.program()::kill, () -> world.revive(one.program()));
            case CONTROL_PLANE_PAUSED -> on(one, kind, hold(1, 15), one.program()::pause, one.program()::resume);
            case CONTROL_PLANE_CUT_OFF -> on(one, kind, hold(1, 10), () -> cut(one.place(), world.balancer, true), () -> join(one.place(), world.balancer));
            case CONTROL_PLANE_WITHOUT_DATABASE -> on(one, kind, hold(1, 10), () -> cut(one.place(), postgres(), true), () -> join(one.place(), postgres()));
            case POSTGRES_KILLED -> fault("postgres", kind, hold(0, 3), world.cluster.postgres.program::kill, world::restartPostgres);
            case POSTGRES_PAUSED -> fault("postgres", kind, hold(1, 10), () -> world.pausePostgres(true), () -> world.pausePostgres(false));
            case POSTGRES_RESTARTED -> fault("postgres", kind, 0, this::restartPostgres, () -> {});
        };
    }

    /** Longer than it takes until an agent's actors run elsewhere: of copies that go on, this makes two. */
    Fault outliving() {
        return cutOff(pick(world.cluster.agents), 10_000);
    }

    private Fault cutOff(Cluster.Agent agent, long holdMs) {
        return on(agent, Kind.AGENT_CUT_OFF, holdMs, () -> cut(agent.place(), world.balancer, true), () -> join(agent.place(), world.balancer));
    }

    private static Fault on(Cluster.Agent agent, Kind kind, long holdMs, Fault.Step begin, Fault.Step end) {
        return fault(agent.place().name(), kind, holdMs, begin, end);
    }

    private static Fault on(Cluster.ControlPlane one, Kind kind, long holdMs, Fault.Step begin, Fault.Step end) {
        return fault(one.place().name(), kind, holdMs, begin, end);
    }

    private static Fault fault(String target, Kind kind, long holdMs, Fault.Step begin, Fault.Step end) {
        return new Fault(kind.name().toLowerCase().replace('_', ' '), target, holdMs, begin, end);
    }

    private long hold(int fromSeconds, int toSeconds) {
        return random.nextLong(fromSeconds * 1000L, toSeconds * 1000L);
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    private Place postgres() {
        return world.cluster.postgres.place;
    }

    private void cut(Place a, Place b, boolean bothWays) throws IOException, InterruptedException {
        world.network.cut(a, b);
        if (bothWays) {
            world.network.cut(b, a);
        }
    }

    /** Also what was not cut: then there is nothing to delete, and that is well. */
    private void join(Place a, Place b) throws InterruptedException {
        for (var way : List.of(List.of(a, b), List.of(b, a))) {
            try {
                world.network.join(way.getFirst(), way.getLast());
            } catch (IOException e) {
                // It was cut in the other direction only.
            }
        }
    }

    private static java.util.Set<Long> mainProcess(String actor) {
        return Census.of("RIVET_ACTOR_ID=" + actor);
    }

    private static void killWarden(Cluster.Agent agent) throws IOException {
        var wardens = Census.of("RIVET_PROCESS_ID=warden");
        wardens.retainAll(Census.of("RIVET_AGENT_ID=" + agent.id()));
        Census.kill(wardens);
    }

    /** The power goes: everything of it at once, in whatever order. */
    private static void lose(Cluster.Agent agent) throws IOException, InterruptedException {
        agent.program().kill();
        Wait.until(TimeUnit.SECONDS.toMillis(5), () -> {
            var left = Census.of("RIVET_AGENT_ID=" + agent.id());
            Census.kill(left);
            return left.isEmpty();
        });
    }

    private void fill(Cluster.Agent agent) throws IOException {
        var block = new byte[1 << 20];
        try (var file = Files.newOutputStream(world.filler(agent))) {
            while (true) {
                file.write(block);
            }
        } catch (IOException e) {
            // Full.
        }
    }

    /** As often as it takes: whom it would ask may be harmed as well. */
    private void ask(Cluster.Agent agent, String what) throws Exception {
        var path = "/agents/%s/%s".formatted(agent.id(), what);
        Wait.orFail(60_000, path, () -> world.api.call("POST", path, "{}", Duration.ofSeconds(5)).isObject());
    }

    private void restartPostgres() throws Exception {
        Shell.run("kill", "-INT", Long.toString(world.cluster.postgres.program.pid()));
        Wait.until(TimeUnit.SECONDS.toMillis(10), () -> !world.cluster.postgres.program.runs());
        world.restartPostgres();
    }
}
