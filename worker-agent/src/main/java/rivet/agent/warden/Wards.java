package rivet.agent.warden;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import rivet.agent.linux.Exit;
import rivet.agent.linux.Posix;
import rivet.agent.linux.Watcher;
import rivet.agent.warden.Message.Hello;

/** All processes that the warden holds, and its clock. Everything happens under one lock, and nothing under it waits. */
final class Wards {

    private static final long FIRST_AGENT_MS = 30_000;
    private static final long LOOK_MS = 1_000;
    private static final long SEND_BOUND_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Path outputs;
    private final Killer killer;
    private final Watcher watcher = Watcher.start();
    private final LinkedBlockingQueue<Request> spawns = new LinkedBlockingQueue<>();
    private final Map<String, Ward> wards = new LinkedHashMap<>();
    private final Map<Integer, Ward> byPid = new HashMap<>();
    private final HeldUsers users = new HeldUsers();

    /** What {@link System#nanoTime} is compared with, always by its difference. */
    private final long begun = System.nanoTime();

    private @Nullable Session session;
    private long orphanLimitMs = FIRST_AGENT_MS;
    private long orphanAt = FIRST_AGENT_MS;
    private long freezeAtNanos = Long.MAX_VALUE;
    private boolean frozen;

    /** @param agentMark the variable, as {@code NAME=value}, that each process of the agent has */
    Wards(Path outputs, String agentMark) throws IOException {
        this.outputs = Files.createDirectories(outputs);
        this.killer = new Killer(agentMark);
    }

    private record Request(Session agent, Message.Spawn spawn) {}

    Path outputs() {
        return outputs;
    }

    Watcher watcher() {
        return watcher;
    }

    void spawnForEver() throws InterruptedException {
        while (true) {
            spawn(spawns.take());
        }
    }

    synchronized void attach(Session agent, Hello hello) {
        if (session != null) {
            session.close();
            detach(session);
        }
        orphanLimitMs = hello.orphanLimitMs();
        agent.send(new Message.Welcome(
                Message.VERSION, wards.values().stream().map(Ward::held).toList()));
        agent.start();
        session = agent;
    }

    synchronized void detach(Session agent) {
        if (agent.equals(session)) {
            session = null;
            orphanAt = nowMs() + orphanLimitMs;
            streams().forEach(WardStream::detached);
            notifyAll();
        }
    }

    void hear(Session agent, Message message) {
        if (message instanceof Message.Spawn spawn) {
            spawns.add(new Request(agent, spawn));
        } else {
            obey(agent, message);
        }
    }

    /** For ever; also when the agent does nothing any more. */
    void keepTime() {
        try {
            while (true) {
                synchronized (this) {
                    tick();
                    wait(Math.max(1, untilNextMs()));
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the clock", e);
        }
    }

    synchronized boolean readable(WardStream stream) {
        return stream.read(session);
    }

    private synchronized void obey(Session agent, Message message) {
        if (!agent.equals(session)) {
            return; // What a dead agent still wanted would be news to its successor.
        }
        switch (message) {
            case Message.Lease(var deadline) -> lease(deadline);
            case Message.Shutdown _ -> endAll("the agent asked for it");
            case Message.Send send -> ward(send.id()).ifPresent(ward -> send(agent, ward, send));
            case Message.CloseInput(var id) -> ward(id).ifPresent(Ward::closeInput);
            case Message.Signal(var id, var signal) -> ward(id).ifPresent(ward -> ward.signal(signal));
            case Message.Stop(var id, var graceMs) -> {
                ward(id).ifPresent(ward -> ward.stop(nowMs() + graceMs));
                notifyAll();
            }
            case Message.Taken(var id, var stream, var offset) ->
                ward(id).ifPresent(ward -> ward.streams().get(stream).taken(offset, session));
            case Message.Release(var id) -> ward(id).ifPresent(this::release);
            case Message.Hello _,
                    Message.Spawn _,
                    Message.Welcome _,
                    Message.Spawned _,
                    Message.Sent _,
                    Message.Exited _,
                    Message.Output _,
                    Message.OutputEnd _ -> throw new IllegalStateException("not expected here: " + message.getClass());
        }
    }

    private synchronized void spawn(Request request) {
        if (!request.agent().equals(session)) {
            return;
        }
        var spawn = request.spawn();
        try {
            if (frozen) {
                throw new IllegalStateException(
                        "the agent's lease is over, and nothing is started before it has another");
            }
            start(spawn);
        } catch (RuntimeException e) {
            tell(new Message.Spawned(spawn.id(), -1, String.valueOf(e.getMessage())));
        }
    }

    private void start(Message.Spawn spawn) {
        users.hold(spawn.user());
        var ward = Ward.start(spawn, this);
        wards.put(spawn.id(), ward);
        byPid.put(ward.pid(), ward);
        tell(new Message.Spawned(spawn.id(), ward.pid(), ""));
        ward.streams().forEach(WardStream::watch);
        int pidfd = (int) Posix.check("pidfd_open", Posix.pidfd(ward.pid()));
        watcher.watch(pidfd, () -> {
            reap();
            return false;
        });
    }

    /** Those we do not know are daemons whose parents left them to us, as the first process of a namespace. */
    private synchronized void reap() {
        for (var end = Posix.reap(); end.isPresent(); end = Posix.reap()) {
            var ward = byPid.remove(end.get().pid());
            if (ward != null) {
                var exit = Exit.ofWaitStatus(end.get().waitStatus());
                ward.ended(exit);
                tell(new Message.Exited(ward.id(), exit));
            }
        }
    }

    private void release(Ward ward) {
        wards.remove(ward.id());
        ward.closeInput();
        if (wards.values().stream().noneMatch(other -> other.user() == ward.user())) {
            users.giveBack(ward.user());
        }
        ward.streams().forEach(WardStream::close);
    }

    /** All of it goes at once into an empty pipe, unless it is long. */
    private void send(Session agent, Ward ward, Message.Send send) {
        ward.label(send.label());
        long written = Math.max(0, ward.write(send.bytes().array(), 0));
        if (written == send.bytes().array().length) {
            ward.closeInput();
            agent.send(new Message.Sent(send.id(), ""));
        } else {
            WardenMain.thread("send", () -> sendRest(agent, ward, send, (int) written));
        }
    }

    private void sendRest(Session agent, Ward ward, Message.Send send, int from) {
        long giveUp = System.nanoTime() + SEND_BOUND_NANOS;
        var failure = "";
        for (int sent = from; sent < send.bytes().array().length && failure.isEmpty(); ) {
            long written = write(ward, send.bytes().array(), sent);
            if (written >= 0) {
                sent += (int) written;
            } else if (written != -Posix.EAGAIN || System.nanoTime() - giveUp > 0) {
                failure = "the process does not read its input (errno %d)".formatted(-written);
            } else {
                pause();
            }
        }
        synchronized (this) {
            ward.closeInput();
        }
        agent.send(new Message.Sent(send.id(), failure));
    }

    private synchronized long write(Ward ward, byte[] bytes, int from) {
        return ward.write(bytes, from);
    }

    private void lease(long deadlineNanos) {
        freezeAtNanos = deadlineNanos == Message.Lease.NONE ? Long.MAX_VALUE : deadlineNanos - begun;
        if (frozen && sinceBegin() < freezeAtNanos) {
            frozen = false;
            wards.values().forEach(ward -> ward.group().freeze(false));
        }
        notifyAll();
    }

    private void tick() {
        reap();
        if (!frozen && sinceBegin() >= freezeAtNanos) {
            frozen = true;
            wards.values().forEach(this::freeze);
        } else if (frozen) {
            // Version 1 of the groups takes some time over those who fork while they are frozen.
            wards.values().forEach(ward -> ward.group().freeze(true));
        }
        for (var ward : wards.values()) {
            if (ward.killIsDue(nowMs())) {
                killer.start(ward);
            }
            ward.streams().forEach(stream -> stream.impatient(session));
        }
        if (session == null && nowMs() >= orphanAt) {
            endAll("no agent came within " + orphanLimitMs + " ms");
        }
    }

    /**
     * What cannot be held still runs on, and is only not answered for: a control plane that is away for a while must not end
     * actors.
     */
    private void freeze(Ward ward) {
        if (!ward.group().freeze(true)) {
            System.err.println("the lease is over, and a process runs on because it cannot be frozen: " + ward.id());
        }
    }

    /** The queue to the agent has room again. */
    synchronized void refill() {
        streams().forEach(stream -> stream.pump(session));
    }

    private long untilNextMs() {
        long next = LOOK_MS;
        if (!frozen && freezeAtNanos != Long.MAX_VALUE) {
            next = Math.min(next, TimeUnit.NANOSECONDS.toMillis(freezeAtNanos - sinceBegin()));
        }
        for (var ward : wards.values()) {
            next = Math.min(next, ward.killAt() - nowMs());
        }
        return session == null ? Math.min(next, orphanAt - nowMs()) : next;
    }

    private void endAll(String why) {
        System.err.println("the warden ends with all it holds: " + why);
        wards.values().forEach(killer::killOnce);
        Runtime.getRuntime().halt(0);
    }

    private Optional<Ward> ward(String id) {
        return Optional.ofNullable(wards.get(id));
    }

    private Stream<WardStream> streams() {
        return wards.values().stream().flatMap(ward -> ward.streams().stream());
    }

    private void tell(Message message) {
        if (session != null) {
            session.send(message);
        }
    }

    private long sinceBegin() {
        return System.nanoTime() - begun;
    }

    private long nowMs() {
        return TimeUnit.NANOSECONDS.toMillis(sinceBegin());
    }

    private static void pause() {
        try {
            Thread.sleep(1);
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the warden", e);
        }
    }
}
