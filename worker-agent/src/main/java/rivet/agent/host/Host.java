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
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rivet.agent.host.ActorUsers.User;
import rivet.agent.linux.Exit;
import rivet.agent.linux.Group;
import rivet.agent.linux.Posix;
import rivet.agent.linux.ProcessTable;
import rivet.agent.warden.Child;
import rivet.agent.warden.Outputs;
import rivet.agent.warden.Warden;

/** The machine as the agent uses it: opens sandboxes, and adopts or clears away those of an earlier run. */
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
    private static final Limits SMALL = new Limits(250, 64);

    private final Settings settings;
    private final Path files;
    private final Path sockets;
    private final ControlGroups groups;
    private final ProcessTable processes;
    private final @Nullable ActorUsers users;
    private final @Nullable Path setpriv;
    private final Warden warden;
    private List<Survivor> survivors = List.of();

    private Host(Settings settings) {
        this.settings = settings;
        this.setpriv = Programs.find("setpriv").orElse(null);
        this.users = settings.users()
                .filter(_ -> Posix.isRoot())
                .map(ActorUsers::new)
                .orElse(null);
        this.files = users == null ? settings.data() : Folders.forActors(settings.data());
        this.sockets = Folders.forSockets(files);
        this.groups = ControlGroups.find("rivet-" + settings.agent());
        this.processes = new ProcessTable(agentMark());
        this.warden = Warden.open(new Warden.Settings(
                agentMark(), PROCESS_MARK, settings.data().resolve("warden"), settings.orphanLimit()));
    }

    /**
     * @param agent the agent's id
     * @param users whom actors run as where the agent is root; absent: as the agent itself
     * @param orphanLimit how long processes live without an agent
     */
    public record Settings(String agent, Path data, Optional<UserRange> users, Duration orphanLimit) {}

    /** A process of an earlier run, and what was kept with it. */
    public record Survivor(Sandbox sandbox, Child child, String label) {}

    /** Fails with what to mend if a process cannot be started in a sandbox here. */
    public static Host start(Settings settings) {
        var host = new Host(settings);
        try {
            host.requireSetpriv();
            host.reap();
            Folders.make(host.runs(), "rwx--x--x");
            host.adopt();
            if (!host.adopts()) {
                host.check();
            }
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

    /** What has a label lives on under the warden, and is the caller's now; all else was ended. */
    public List<Survivor> survivors() {
        return survivors;
    }

    /** Whether all in a sandbox can be held still at once, which the end of a lease asks for. */
    public boolean canFreeze() {
        try (var sandbox = open(SMALL)) {
            return sandbox.canFreeze();
        }
    }

    /** Until when processes may run, in {@link System#nanoTime}; the warden freezes them then, whatever we do. */
    public void lease(long deadlineNanos) {
        warden.lease(deadlineNanos);
    }

    /** Below it, files can be put where the users of sandboxes reach them. */
    public Path files() {
        return files;
    }

    /** Whether a sandbox's user can walk to it and execute it. */
    public boolean isReachable(Path path) {
        return users == null || Folders.isReachable(path);
    }

    /** Only when no sandbox is left: what still runs ends with the warden. */
    @Override
    public void close() {
        warden.close();
        groups.close();
    }

    /** Leaves as if the agent had died: what has a label lives on, for the next start. */
    public void abandon() {
        warden.abandon();
    }

    Child start(Warden.Start start, Outputs outputs) {
        return warden.start(start, outputs);
    }

    /** What is for one sandbox alone has a folder of the sandbox's name in it. */
    Path sockets() {
        return sockets;
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

    private String agentMark() {
        return AGENT_MARK + "=" + settings.agent();
    }

    /** What stands before a program so that it has no rights, and dies with the warden. */
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
        log.warn("setpriv is not on the PATH: actors may outlive a killed warden until the agent ends them");
    }

    /** Ends whatever an earlier run of this agent left behind. */
    private void reap() {
        var begun = System.nanoTime();
        while (!reaped()) {
            if (System.nanoTime() - begun > REAP_SHOULD_TAKE.toNanos()) {
                throw new IllegalStateException("processes of an earlier run of this agent do not die: "
                        + processes.find(this::isLeftover).stream()
                                .map(ProcessTable.Seen::pid)
                                .toList());
            }
            pause();
        }
        leftovers().forEach(Group::remove);
        Folders.removeAllBut(runs(), kept());
        Folders.removeAllBut(sockets, kept());
    }

    /** Then it was checked before, and may not be able to start anything before it has a lease again. */
    private boolean adopts() {
        return warden.isUp();
    }

    /** What is no one's after all, such as a process that waited to become an actor, ends. */
    private void adopt() {
        var adopted = new ArrayList<Survivor>();
        for (var survivor : warden.survivors()) {
            var user = users == null || survivor.user() < 0 ? null : users.retake(survivor.user());
            var sandbox = new Sandbox(
                    survivor.mark(), runs().resolve(survivor.mark()), new Group(survivor.groups()), user, this);
            sandbox.adopt(survivor.child());
            if (survivor.label().isEmpty()) {
                sandbox.killAll();
                sandbox.close();
            } else {
                adopted.add(new Survivor(sandbox, survivor.child(), survivor.label()));
            }
        }
        survivors = List.copyOf(adopted);
    }

    /** The marks of those that the warden holds. */
    private Set<String> kept() {
        return warden.survivors().stream().map(Warden.Survivor::mark).collect(Collectors.toSet());
    }

    private List<Group> leftovers() {
        var kept = kept();
        return groups.leftovers().stream()
                .filter(group -> group.folders().values().stream()
                        .noneMatch(folder -> kept.contains(folder.getFileName().toString())))
                .toList();
    }

    private boolean reaped() {
        var left = processes.find(this::isLeftover);
        if (!left.isEmpty()) {
            log.atInfo().addKeyValue("processes", left.size()).log("ending processes of an earlier run");
        }
        processes.kill(left, this::isLeftover);
        var groupsLeft = leftovers();
        groupsLeft.forEach(Group::kill);
        return left.isEmpty()
                && groupsLeft.stream().allMatch(group -> group.processes().isEmpty());
    }

    private boolean isLeftover(ProcessTable.Seen seen) {
        return seen.has(agentMark())
                && !(warden.isUp() && seen.has(PROCESS_MARK + "=" + Warden.MARK))
                && warden.survivors().stream().noneMatch(kept -> seen.has(PROCESS_MARK + "=" + kept.mark()));
    }

    /** Better one clear failure now than the same one at each actor. */
    private void check() {
        var said = new ByteArrayOutputStream();
        var outputs = new Outputs(_ -> {}, said::writeBytes);
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
