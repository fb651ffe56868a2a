package rivet.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import rivet.controlplane.actor.ActorDoor;
import rivet.controlplane.agent.Reservation;
import rivet.controlplane.idempotency.IdempotencyKey;
import rivet.protocol.ActorId;
import rivet.protocol.BuildId;

/** Those who create actors, upgrade and destroy them, and call them; they try again until they are answered. */
final class Clients {

    private static final long PATIENCE = Duration.ofSeconds(3).toNanos();
    private static final BuildId BUILD = BuildId.parse("00000000-0000-4000-8000-000000000001");
    private static final Reservation SIZE = new Reservation(250, 256);

    private final World world;
    private final UUID environment;
    private final Program program;
    private final List<Wish> wishes = new ArrayList<>();

    /** In one of the planted faults it is not the database that remembers. */
    private final Map<String, ActorId> keysWritten = new HashMap<>();

    Clients(World world, UUID environment) {
        this.world = world;
        this.environment = environment;
        this.program = new Program(world.simulator(), "client", new Program.Clock(1, 0));
    }

    /** One actor somebody wants, or wants no more. */
    static final class Wish {

        final ActorDoor.Draft draft;
        String once;

        @Nullable
        ActorId actor;

        /** There is another actor of the key. */
        boolean refused;

        /** Of all requests. */
        final Set<ActorId> drawn = new HashSet<>();

        boolean unwanted;
        boolean destroyed;

        Wish(ActorDoor.Draft draft, String once) {
            this.draft = draft;
            this.once = once;
        }

        /**
         * Whether this one may be there although the wish was refused: an earlier request, still under way when a later one was
         * refused, can find the key free again.
         */
        boolean mayHave(ActorId made) {
            return refused && drawn.contains(made);
        }

        boolean isPending() {
            return unwanted ? !destroyed && !refused : actor == null && !refused;
        }
    }

    List<Wish> wishes() {
        return wishes;
    }

    Program program() {
        return program;
    }

    /** Asks for an actor, and some time perhaps for its end. */
    void wish() {
        var simulator = world.simulator();
        var key = simulator.chance(0.3) ? "key-" + simulator.below(4) : null;
        var grace = Duration.ofMillis(simulator.below(1500));
        var durable = !simulator.chance(0.2);
        var idle = world.hasStores() && simulator.chance(0.4) ? Duration.ofMillis(1500 + simulator.below(2500)) : null;
        var draft = new ActorDoor.Draft(environment, BUILD, key, durable, grace, idle, SIZE);
        var wish = new Wish(draft, "once-" + wishes.size());
        wishes.add(wish);
        program.start("wish", () -> pursue(wish));
    }

    private void pursue(Wish wish) {
        while (wish.actor == null && !wish.refused) {
            create(wish);
        }
        var actor = wish.actor;
        if (actor == null) {
            return;
        }
        world.simulator().tell("client", "has " + short_(actor));
        while (!world.isQuiet()) {
            program.sleep(world.simulator().between(Duration.ofSeconds(1), Duration.ofSeconds(20)));
            if (world.isQuiet()) {
                return;
            }
            if (world.simulator().chance(0.3)) {
                wish.unwanted = true;
                destroy(wish, actor);
                return;
            }
            if (world.hasStores() && world.simulator().chance(0.3)) {
                var _ = ask("sleep", rooms -> {
                    rooms.actors().sleep(actor, wish.draft.grace());
                    return true;
                });
            }
            if (world.simulator().chance(0.5)) {
                var _ = ask("upgrade", rooms -> {
                    rooms.actors().upgrade(actor, wish.draft.grace());
                    return true;
                });
            }
        }
    }

    /** An operator has a machine emptied, and changes their mind after a while. */
    void drain(SimulatedHost host, long nanos) {
        program.start("operator", () -> {
            world.simulator().tell("operator", "drains " + host.name());
            var deadline = world.times().agents().replaceAfter();
            if (ask("drain", rooms -> rooms.operators().drain(host.id(), deadline)) != null) {
                program.sleep(nanos);
            }
            uncordon(host);
        });
    }

    /** A drain that was not answered may have been carried out late. */
    void lastlyUncordon(SimulatedHost host) {
        program.start("operator", () -> {
            program.sleep(PATIENCE);
            uncordon(host);
        });
    }

    private void uncordon(SimulatedHost host) {
        while (ask("uncordon", rooms -> rooms.operators().uncordon(host.id())) == null) {
            program.sleep(Duration.ofMillis(500).toNanos());
        }
        world.simulator().tell("operator", "lets actors come to " + host.name());
    }

    private void create(Wish wish) {
        var once = wish.once;
        var made = ask("create", rooms -> created(rooms, once, wish));
        if (made == null) {
            if (world.planted() == Planted.UNKNOWN_IS_FAILURE) {
                wish.once = once + "'";
            }
            program.sleep(world.simulator().between(Duration.ofMillis(200), Duration.ofSeconds(2)));
        } else if (made.actor() == null) {
            wish.refused = true;
        } else {
            wish.actor = made.actor();
        }
    }

    /** @param actor absent where another has the key */
    private record Made(@Nullable ActorId actor) {}

    private Made created(SimulatedReplica.Rooms rooms, String once, Wish wish) {
        if (world.planted() != Planted.KEY_AFTER_EFFECT) {
            var key = new IdempotencyKey(environment, once, "0".repeat(64));
            return new Made(rooms.actors().create(key, () -> anyId(wish), wish.draft));
        }
        var earlier = keysWritten.get(once);
        if (earlier == null) {
            earlier = rooms.actors().create(null, () -> anyId(wish), wish.draft);
            program.fiber().sleep(world.databaseWait());
            keysWritten.put(once, earlier == null ? anyId(wish) : earlier);
        }
        return new Made(earlier);
    }

    private ActorId anyId(Wish wish) {
        var id = new ActorId(world.simulator().uuid());
        wish.drawn.add(id);
        return id;
    }

    private void destroy(Wish wish, ActorId actor) {
        while (!wish.destroyed) {
            var done = ask("destroy", rooms -> {
                rooms.actors().destroy(actor, wish.draft.grace());
                return true;
            });
            wish.destroyed = done != null;
            program.sleep(world.simulator().between(Duration.ofMillis(100), Duration.ofSeconds(2)));
        }
    }

    private interface Work<T> {
        T on(SimulatedReplica.Rooms rooms);
    }

    /** @return null where there is no answer in time: then nobody knows whether it was done */
    private <T> @Nullable T ask(String what, Work<T> work) {
        var fiber = program.fiber();
        var replica = world.anyReplica();
        var answer = new Answer<T>();
        world.simulator()
                .after(
                        world.delay(),
                        () -> replica.serve(what, work::on, reply -> {
                            if (!world.losesHeartbeat()) {
                                world.simulator().after(world.delay(), () -> {
                                    answer.value = reply;
                                    fiber.wake();
                                });
                            }
                        }));
        long until = world.simulator().now() + PATIENCE;
        while (answer.value == null && world.simulator().now() < until) {
            fiber.sleep(until - world.simulator().now());
            if (answer.value == null) {
                break;
            }
        }
        return answer.value;
    }

    private static final class Answer<T> {
        @Nullable
        T value;
    }

    /** A request to an actor, at every door at once: no two may answer. */
    void call() {
        var known = wishes.stream().filter(wish -> wish.actor != null).toList();
        if (!known.isEmpty()) {
            var actor = world.simulator().oneOf(known).actor;
            if (actor != null) {
                var answering = world.answering(actor);
                world.oracle().asked(actor, answering);
                if (isLetThrough()) {
                    answering.forEach(copy -> copy.usedAt = world.simulator().now());
                }
                if (isLetThrough() && answering.isEmpty()) {
                    program.start("request", () -> lookFor(actor));
                }
            }
        }
        program.after(Duration.ofMillis(200).toNanos(), this::call);
    }

    /** As a proxy does that has a request for an actor and does not run it: it asks where that is, and who sleeps is woken. */
    private void lookFor(ActorId actor) {
        long since = world.simulator().now();
        if (ask("locate", rooms -> rooms.loops().locate(actor).isPresent()) != null) {
            world.oracle().woken(actor, since);
        }
    }

    /** In some worlds nobody calls any more when the storm is over: whoever sleeps then is woken by an alarm or not at all. */
    private boolean isLetThrough() {
        return world.hasStores() && (!world.isQuiet() || world.isCalled());
    }

    private static String short_(ActorId actor) {
        return actor.toString().substring(0, 4);
    }
}
