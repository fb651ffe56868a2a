package rivet.agent.host;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rivet.agent.host.ActorUsers.User;

/** The machine as the agent uses it: opens sandboxes, and clears away those of an earlier run. */
public final class Host implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Host.class);

    /** In the environment of each process that we start, and so of all its descendants. */
    static final String AGENT_MARK = "RIVET_AGENT_ID";

    /** Tells one sandbox's processes from another's. */
    static final String PROCESS_MARK = "RIVET_PROCESS_ID";

    /** The variables by which processes are found. */
    public static final Set<String> MARKS = Set.of(AGENT_MARK, PROCESS_MARK);

    static final String SHELL = "/bin/sh";

    private static final Duration REAP_SHOULD_TAKE = Duration.ofSeconds(10);
    private static final Duration CHECK_DEADLINE = Duration.ofSeconds(10);
    private static final long REAP_PAUSE_MS = 5;

    private final Settings settings;
    private final Path files;
    private final ControlGroups groups;
    private final ProcessTable processes;
    private final @Nullable ActorUsers users;
    private final @Nullable Path setpriv;
    private final Watcher watcher = Watcher.start();

    /** One thread for all, alive as long as the host: a child dies with the thread that started it. */
    private final ExecutorService spawner = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("rivet-spawner").factory());

    private Host(Settings settings) {
        this.settings = settings;
        this.setpriv = Programs.find("setpriv").orElse(null);
        this.users = settings.users()
                .filter(_ -> Posix.isRoot())
                .map(ActorUsers::new)
                .orElse(null);
        this.files = users == null ? settings.data() : Folders.forActors(settings.data());
        this.groups = ControlGroups.find("rivet-" + settings.agent());
        this.processes = new ProcessTable(AGENT_MARK + "=" + settings.agent());
    }

    /**
     * @param agent the agent's id
     * @param users whom actors run as where the agent is root; absent: as the agent itself
     */
    public record Settings(String agent, Path data, Optional<UserRange> users) {}

    /** Fails with what to mend if a process cannot be started in a sandbox here. */
    public static Host start(Settings settings) {
        var host = new Host(settings);
        try {
            host.requireSetpriv();
            host.reap();
            Folders.make(host.runs(), "rwx--x--x");
            host.check();
            return host;
        } catch (RuntimeException e) {
            host.close();
            throw e;
        }
    }

    public Sandbox open(Limits limits) {
        var mark = UUID.randomUUID().toString();
        var user = users == null ? null : users.take();
        return new Sandbox(mark, runs().resolve(mark), groups.create(mark, limits), user, this).prepare();
    }

    /** Below it, files can be put where the users of sandboxes reach them. */
    public Path files() {
        return files;
    }

    /** Whether a sandbox's user can walk to it and execute it. */
    public boolean isReachable(Path path) {
        return users == null || Folders.isReachable(path);
    }

    /** Only when no sandbox is left: what still runs ends with the thread that started it. */
    @Override
    public void close() {
        spawner.shutdown();
        watcher.close();
        groups.close();
    }

    Child start(Sandbox.Command command, Child.Outputs outputs) {
        return CompletableFuture.supplyAsync(() -> Child.start(command, outputs, watcher), spawner)
                .join();
    }

    ProcessTable processes() {
        return processes;
    }

    /** Of our own environment only what says where programs and which language are; the rest is ours. */
    Map<String, String> environment() {
        var environment = new HashMap<String, String>();
        System.getenv().forEach((name, value) -> {
            if (name.equals("PATH") || name.equals("LANG") || name.equals("TZ") || name.startsWith("LC_")) {
                environment.put(name, value);
            }
        });
        environment.put(AGENT_MARK, settings.agent());
        return environment;
    }

    /** What stands before a program so that it has no rights, and dies with us. */
    List<String> dropping(@Nullable User user) {
        if (setpriv == null) {
            return List.of();
        }
        var line = new ArrayList<>(List.of(setpriv.toString(), "--no-new-privs", "--pdeathsig", "KILL"));
        if (user != null) {
            var number = Long.toString(user.number());
            line.addAll(List.of("--reuid", number, "--regid", number, "--clear-groups"));
            line.addAll(List.of("--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all"));
        }
        line.add("--");
        return line;
    }

    private Path runs() {
        return files.resolve("run");
    }

    private void requireSetpriv() {
        if (setpriv != null) {
            return;
        }
        if (users != null) {
            throw new IllegalStateException("setpriv is not on the PATH, and without it actors would run as root"
                    + " (install util-linux, or turn users for actors off)");
        }
        log.warn("setpriv is not on the PATH: actors outlive a killed agent until it is started again");
    }

    /** Ends whatever an earlier run of this agent left behind. */
    private void reap() {
        var begun = System.nanoTime();
        while (!reaped()) {
            if (System.nanoTime() - begun > REAP_SHOULD_TAKE.toNanos()) {
                throw new IllegalStateException("processes of an earlier run of this agent do not die: "
                        + processes.find(this::isOurs).stream()
                                .map(ProcessTable.Seen::pid)
                                .toList());
            }
            pause();
        }
        groups.leftovers().forEach(Group::remove);
        Folders.remove(runs());
    }

    private boolean reaped() {
        var left = processes.find(this::isOurs);
        if (!left.isEmpty()) {
            log.atInfo().addKeyValue("processes", left.size()).log("ending processes of an earlier run");
        }
        processes.kill(left, this::isOurs);
        var groupsLeft = groups.leftovers();
        groupsLeft.forEach(Group::kill);
        return left.isEmpty()
                && groupsLeft.stream().allMatch(group -> group.processes().isEmpty());
    }

    private boolean isOurs(ProcessTable.Seen seen) {
        return seen.has(AGENT_MARK + "=" + settings.agent());
    }

    /** Better one clear failure now than the same one at each actor. */
    private void check() {
        var said = new ByteArrayOutputStream();
        var outputs = new Child.Outputs(_ -> {}, said::writeBytes);
        try (var sandbox = open(new Limits(1000, 64))) {
            var child = sandbox.start(List.of(SHELL, "-c", "exit 0"), sandbox.folder(), Map.of(), outputs);
            child.closeInput();
            var exit = child.exit()
                    .completeOnTimeout(new Exit.Signal(0), CHECK_DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
            sandbox.killAll();
            if (!exit.equals(new Exit.Code(0))) {
                throw new IllegalStateException("no process can be started for an actor here: %s %s"
                        .formatted(exit, said.toString(StandardCharsets.UTF_8)));
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(REAP_PAUSE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted at the start", e);
        }
    }
}
