package cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Postgres, two control planes behind a load balancer, and three agents: each in a network and on a disk of its own. */
final class World implements AutoCloseable {

    /** docs/operate/lost-agents.md has them; the others keep what crashed often from waiting for minutes. */
    private static final Map<String, String> SHORT_TIMES = Map.of(
            "RIVET_AGENTS_HEARTBEAT", "500ms",
            "RIVET_AGENTS_FRESH", "1500ms",
            "RIVET_AGENTS_FENCE", "2s",
            "RIVET_AGENTS_FREEZE", "200ms",
            "RIVET_AGENTS_STALL", "800ms",
            "RIVET_AGENTS_UNREACHABLE", "3s",
            "RIVET_AGENTS_REPLACE_AFTER", "3500ms",
            "RIVET_ACTORS_BACKOFF_MAX", "2s",
            "RIVET_ACTORS_HEALTHY_AFTER", "5s");

    /** Hides the control groups, so that an agent cannot freeze what it runs: a fault to be found. */
    private static final List<String> NO_FREEZE =
            List.of("unshare", "--mount", "sh", "-c", "umount -R -l /sys/fs/cgroup; exec \"$@\"", "sh");

    private static final int DISK_MIB = 48;

    final Network network = new Network(Network.free());
    final Cluster cluster;
    final Place balancer;
    final Path state;
    final Api api;
    private final Program haproxy;
    private final List<Path> disks = new ArrayList<>();
    private boolean closed;

    World(Plant plant, boolean shortTimes) throws Exception {
        var folder = Files.createTempDirectory("rivet-chaos");
        cluster = new Cluster(folder, network.add("postgres"));
        state = Files.createDirectory(folder.resolve("state"));
        Shell.run("chmod", "0777", state.toString());
        balancer = network.add("balancer");
        for (int i = 1; i <= 2; i++) {
            cluster.addControlPlane(network.add("control-" + i), shortTimes ? SHORT_TIMES : Map.of());
        }
        haproxy = new Program(balancer, List.of("haproxy", "-db", "-f", balancing().toString()), Map.of(), folder.resolve("balancer.log"));
        api = cluster.api("http://%s:6420".formatted(balancer.address()));
        for (int i = 1; i <= 3; i++) {
            addAgent(network.add("agent-" + i), plant);
        }
    }

    /** A fault that the harness must find, or it proves nothing. */
    enum Plant {
        NONE,
        /** Agents cannot freeze actors. */
        NO_FREEZE,
        /** An increment is forgotten after it was acknowledged. */
        LOST_INCREMENT,
        /** A process of an actor is left behind. */
        LEAK
    }

    void start() throws Exception {
        cluster.postgres.start();
        for (var one : cluster.controlPlanes) {
            one.program().start();
            cluster.awaitHealthy(one); // one after the other: the first makes the tables
        }
        haproxy.start();
        for (var agent : cluster.agents) {
            agent.program().start();
        }
        cluster.deployCounter();
    }

    /** Everything that can be undone is. */
    void heal() throws Exception {
        network.joinAll();
        pausePostgres(false);
        if (!cluster.postgres.accepts()) {
            restartPostgres();
        }
        for (var one : cluster.controlPlanes) {
            revive(one.program());
        }
        for (var agent : cluster.agents) {
            Files.deleteIfExists(filler(agent));
            revive(agent.program());
        }
    }

    void revive(Program program) throws Exception {
        if (program.runs()) {
            program.resume();
        } else {
            program.start();
        }
    }

    void restartPostgres() throws Exception {
        cluster.postgres.program.kill();
        cluster.postgres.start();
    }

    /** Its first process only listens; each connection has one of its own. */
    void pausePostgres(boolean pause) throws Exception {
        var all = new ArrayList<>(List.of(cluster.postgres.program.pid()));
        ProcessHandle.of(all.getFirst()).stream().flatMap(ProcessHandle::descendants).map(ProcessHandle::pid).forEach(all::add);
        for (var pid : all) {
            if (ProcessHandle.of(pid).isPresent()) {
                new ProcessBuilder("kill", pause ? "-STOP" : "-CONT", pid.toString()).start().waitFor();
            }
        }
    }

    Path filler(Cluster.Agent agent) {
        return agent.data().resolve("filler");
    }

    /** Also twice, and where not everything runs. */
    @Override
    public synchronized void close() throws Exception {
        if (closed) {
            return;
        }
        closed = true;
        network.joinAll();
        if (cluster.postgres.program.runs()) {
            pausePostgres(false);
        }
        haproxy.kill();
        cluster.close();
        for (var disk : disks) {
            Shell.run("umount", "-l", disk.toString());
        }
        network.close();
        Shell.run("rm", "-rf", cluster.folder.toString());
    }

    private void addAgent(Place place, Plant plant) throws Exception {
        var prefix = new ArrayList<>(place.prefix());
        if (plant == Plant.NO_FREEZE) {
            prefix.addAll(NO_FREEZE);
        }
        var disk = Files.createDirectory(cluster.folder.resolve(place.name()));
        Shell.run("mount", "-t", "tmpfs", "-o", "mode=755,size=" + DISK_MIB + "m", "rivet-chaos", disk.toString());
        disks.add(disk);
        cluster.addAgent(new Place(place.name(), place.address(), prefix), "http://%s:6420".formatted(balancer.address()), new HashMap<>());
    }

    /** A control plane counts as there while it answers, also where it answers that its database is away. */
    private Path balancing() throws IOException {
        var servers = new StringBuilder();
        for (var one : cluster.controlPlanes) {
            servers.append("  server %s %s check\n".formatted(one.place().name(), one.url().substring("http://".length())));
        }
        return Files.writeString(cluster.folder.resolve("balancer.cfg"), """
                defaults
                  mode http
                  timeout connect 1s
                  timeout check 3s
                  timeout client 70s
                  timeout server 70s
                  timeout tunnel 1h
                  retries 2
                  option redispatch
                listen api
                  bind %s:6420
                  option httpchk GET /health
                  http-check expect status 200-599
                  default-server inter 500ms fall 2 rise 1 on-marked-down shutdown-sessions
                %s""".formatted(balancer.address(), servers));
    }
}
