package rivet.simulation;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import rivet.protocol.ActorId;

/** What must be true at every instant, looked at after every step that could change it. */
final class Oracle {

    private static final Set<String> HELD = Set.of("starting", "running", "stopping");
    private static final Set<String> RESTS = Set.of("sleep", "idle", "asked");

    private final World world;
    private final Map<UUID, Row> actors = new HashMap<>();
    private final Map<UUID, Long> epochs = new HashMap<>();
    private final Set<String> started = new HashSet<>();
    private final Map<ActorId, Long> answered = new HashMap<>();

    /** Of actors that sleep or are about to. */
    private final Map<UUID, Long> restingSince = new HashMap<>();

    private final Map<UUID, Long> changedAt = new HashMap<>();

    Oracle(World world) {
        this.world = world;
    }

    record Row(
            UUID id,
            String status,
            long generation,
            String agent,
            int cpu,
            int memory,
            String key,
            boolean durable,
            String reason) {

        /** Whether it sleeps or is about to. */
        boolean rests() {
            return status.equals("sleeping") || (status.equals("stopping") && RESTS.contains(reason));
        }
    }

    /** A copy has begun to act: no other of its actor may. */
    void acts(Copy copy) {
        if (!world.canFreeze()) {
            return;
        }
        var others = world.copies().stream()
                .filter(other -> other.actor.equals(copy.actor) && other.acts())
                .toList();
        require(others.size() <= 1, "two copies act at once: %s", others);
    }

    /** Whether a newer generation was begun, or the actor is no more. */
    boolean isOver(ActorId actor, long generation) {
        var row = actors.get(actor.value());
        return row == null || row.generation() > generation || row.status().equals("destroyed");
    }

    boolean isDestroyed(ActorId actor) {
        var row = actors.get(actor.value());
        return row != null && row.status().equals("destroyed");
    }

    /** When the actor came to be in the state it is in. */
    long changedAt(UUID actor) {
        return changedAt.getOrDefault(actor, 0L);
    }

    void begins(Copy copy) {
        require(started.add(copy.actor + "/" + copy.generation), "a generation is started twice: %s", copy);
    }

    /** Somebody asked an actor, and whoever would have answered. */
    void asked(ActorId actor, List<Copy> answers) {
        require(answers.size() <= 1, "two copies answer: %s", answers);
        for (var copy : answers) {
            var before = answered.merge(actor, copy.generation, Math::max);
            require(before <= copy.generation, "%s answers after generation %d did", copy, before);
        }
    }

    /** Somebody who had a request for it was answered where it is. @param since when they asked */
    void woken(ActorId actor, long since) {
        var resting = restingSince.get(actor.value());
        require(resting == null || resting >= since, "a request did not wake %s, which rests since %d", actor, resting);
    }

    void committed() {
        try {
            look();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void look() throws SQLException {
        var reserved = new HashMap<String, int[]>();
        var keys = new HashSet<String>();
        var lost = lostAgents();
        for (var row : rows()) {
            var before = actors.put(row.id(), row);
            if (before == null || !before.status().equals(row.status())) {
                changedAt.put(row.id(), world.simulator().now());
            }
            if (before != null) {
                require(row.generation() >= before.generation(), "a generation went back: %s after %s", row, before);
                require(
                        !before.status().equals("destroyed") || row.status().equals("destroyed"),
                        "what was destroyed lives again: %s",
                        row);
                require(
                        !isGivenUp(before, row) || lost.contains(before.agent()) || !lives(before),
                        "it is given up while it lives, and its agent is not lost: %s after %s",
                        row,
                        before);
            }
            if (row.rests()) {
                restingSince.putIfAbsent(row.id(), world.simulator().now());
            } else {
                restingSince.remove(row.id());
            }
            if (HELD.contains(row.status())) {
                var sum = reserved.computeIfAbsent(row.agent(), _ -> new int[2]);
                sum[0] += row.cpu();
                sum[1] += row.memory();
            }
            if (!row.key().isEmpty() && !row.status().equals("destroyed")) {
                require(keys.add(row.key()), "two live actors of one key: %s", row);
            }
        }
        lookAtAgents(reserved);
    }

    private static boolean isGivenUp(Row before, Row after) {
        return HELD.contains(before.status())
                && (!HELD.contains(after.status()) || after.generation() > before.generation());
    }

    private boolean lives(Row row) {
        return world.copies().stream()
                .anyMatch(copy -> copy.isAlive()
                        && copy.generation == row.generation()
                        && copy.actor.value().equals(row.id()));
    }

    private Set<String> lostAgents() throws SQLException {
        var lost = new HashSet<String>();
        try (var statement = world.database().own().createStatement();
                var agents = statement.executeQuery("select id from agent where lost_at is not null")) {
            while (agents.next()) {
                lost.add(agents.getString(1));
            }
        }
        return lost;
    }

    private void lookAtAgents(Map<String, int[]> reserved) throws SQLException {
        try (var statement = world.database().own().createStatement();
                var agents = statement.executeQuery("""
                        select id, epoch, cpu_millicores, memory_mib, reserved_cpu_millicores, reserved_memory_mib from agent
                        """)) {
            while (agents.next()) {
                var id = agents.getObject(1, UUID.class);
                var before = epochs.put(id, agents.getLong(2));
                require(before == null || before <= agents.getLong(2), "the epoch of agent %s went back", id);
                var sum = reserved.getOrDefault(id.toString(), new int[2]);
                require(
                        sum[0] == agents.getInt(5) && sum[1] == agents.getInt(6),
                        "agent %s has reserved %d and %d for %d and %d",
                        id,
                        agents.getInt(5),
                        agents.getInt(6),
                        sum[0],
                        sum[1]);
                require(
                        agents.getInt(5) <= agents.getInt(3) && agents.getInt(6) <= agents.getInt(4),
                        "agent %s has more reserved than it has",
                        id);
            }
        }
    }

    List<Row> rows() throws SQLException {
        var rows = new ArrayList<Row>();
        try (var statement = world.database().own().createStatement();
                var actors = statement.executeQuery("""
                        select id, status, generation, coalesce(agent_id::text, ''), cpu_millicores, memory_mib,
                            coalesce(key, ''), (setup ->> 'durable')::boolean, coalesce(state ->> 'reason', '')
                        from actor order by created_at, id
                        """)) {
            while (actors.next()) {
                rows.add(new Row(
                        actors.getObject(1, UUID.class),
                        actors.getString(2),
                        actors.getLong(3),
                        actors.getString(4),
                        actors.getInt(5),
                        actors.getInt(6),
                        actors.getString(7),
                        actors.getBoolean(8),
                        actors.getString(9)));
            }
        }
        return rows;
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency
    static void require(boolean truth, String message, @Nullable Object... about) {
        if (!truth) {
            throw new Violation(message.formatted(about));
        }
    }
}
