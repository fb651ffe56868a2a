package rivet.simulation;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import rivet.protocol.ActorId;

/** What is still to come until everything that is wanted runs, and nothing else does. */
final class Rest {

    private static final long FRESH = Duration.ofSeconds(10).toNanos();

    private final World world;
    private final Map<UUID, Oracle.Row> rows = new HashMap<>();
    private final List<String> missing = new ArrayList<>();

    Rest(World world) throws SQLException {
        this.world = world;
        world.oracle().rows().forEach(row -> rows.put(row.id(), row));
    }

    List<String> missing() {
        world.clients().wishes().forEach(this::lookAt);
        lookForOthers();
        world.hosts().forEach(this::lookAt);
        return missing;
    }

    private void lookAt(Clients.Wish wish) {
        if (wish.isPending()) {
            missing.add("a client still waits for an answer");
            return;
        }
        var actor = wish.actor;
        if (actor == null) {
            return;
        }
        var row = rows.remove(actor.value());
        if (row == null) {
            missing.add("an acknowledged actor is gone: " + actor);
        } else if (wish.unwanted || mayHaveEnded(row, wish)) {
            ended(row);
        } else {
            runs(row);
        }
    }

    private boolean mayHaveEnded(Oracle.Row row, Clients.Wish wish) {
        var completed = row.reason().equals("completed")
                && wish.actor != null
                && world.life().hasCompleted(wish.actor);
        return row.status().equals("destroyed") && (completed || !row.durable());
    }

    private void ended(Oracle.Row row) {
        if (!row.status().equals("destroyed")) {
            missing.add("not destroyed: " + row);
        }
    }

    private void runs(Oracle.Row row) {
        var actor = new ActorId(row.id());
        if (world.hasStores() && world.alarmHistory().isOverdue(actor)) {
            missing.add("an alarm was not handled: " + row);
        }
        if (!world.isCalled() && row.status().equals("sleeping")) {
            sleeps(row);
            return;
        }
        if (!world.isCalled()
                && world.oracle().changedAt(row.id()) > world.simulator().now() - FRESH) {
            return; // it falls asleep and is woken by its alarms again and again
        }
        var answering = world.answering(actor);
        if (!row.status().equals("running")) {
            missing.add("not running: " + row);
        } else if (answering.size() != 1 || answering.getFirst().generation != row.generation()) {
            missing.add("answered by %s: %s".formatted(answering, row));
        } else if (world.hasStores() && !isWritten(answering.getFirst())) {
            missing.add("its store takes no writes: " + row);
        }
    }

    private void sleeps(Oracle.Row row) {
        for (var copy : world.copies()) {
            if (copy.isAlive() && copy.actor.value().equals(row.id())) {
                missing.add("it sleeps, and there is a process of it: " + copy);
            }
        }
    }

    private boolean isWritten(Copy copy) {
        var last = world.storeHistory().lastWrite(copy.actor, copy.generation);
        return last != null && last > world.quietSince();
    }

    /** Rows that nobody's wish is about: of creates that were not acknowledged, which no client has given up. */
    private void lookForOthers() {
        for (var row : rows.values()) {
            if (!mayBeThere(new ActorId(row.id()))) {
                missing.add("nobody asked for it, or more than once: " + row);
            }
        }
        for (var copy : world.copies()) {
            if (copy.isAlive() && !isWanted(copy)) {
                missing.add("runs although nobody wants it: " + copy);
            }
        }
    }

    private boolean isWanted(Copy copy) {
        return mayBeThere(copy.actor)
                || world.clients().wishes().stream().anyMatch(wish -> copy.actor.equals(wish.actor) && !wish.unwanted);
    }

    private boolean mayBeThere(ActorId actor) {
        return world.clients().wishes().stream().anyMatch(wish -> wish.mayHave(actor));
    }

    private void lookAt(SimulatedHost host) {
        var agent = host.agent();
        if (agent == null || !agent.isJoined()) {
            missing.add(host.name() + " has no lease");
        }
    }
}
