package rivet.agent.proxy;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import rivet.agent.proxy.Admission.Verdict;
import rivet.agent.proxy.hop.HopSettings;
import rivet.protocol.ActorId;
import rivet.protocol.AgentId;
import rivet.protocol.link.ActorLocation;

/**
 * The actors of other agents, as far as this proxy was asked for them: what the control plane said is used until somebody knows
 * better. That it is wrong does no harm, because an owner serves only the generation that it runs; so it is also used when the
 * control plane is away. Thread-safe.
 */
@SuppressWarnings("FutureReturnValueIgnored") // an answer that nobody waits for is only remembered
final class RemoteActors {

    private static final long MOST = 100_000;
    private static final Duration UNUSED = Duration.ofMinutes(10);

    /** An answer in use is checked by another question that often, in case nobody tells that it has become wrong. */
    private static final Duration CHECKED = Duration.ofSeconds(30);

    /** Between two requests to an owner that refuses one, while the control plane says it should not. */
    static final Duration PAUSE = Duration.ofMillis(250);

    private static final Verdict MOVING = new Verdict.Watch(Problem.MOVING);

    /** What is to be thought of an answer. */
    private enum Standing {
        TRUSTED,
        /** The owner could not be reached: the actor may be elsewhere by now. */
        UNREACHED,
        /** The owner does not run it: the actor is elsewhere, or nowhere. */
        REFUSED,
        /** Likewise, and the control plane knows of nothing else yet. */
        SETTLING
    }

    /** @param since when the standing was last looked into, on {@link System#nanoTime} */
    private record Known(Target target, Verdict carry, Standing standing, long since) {

        Known(Target target) {
            this(target, new Verdict.Carry(target), Standing.TRUSTED, System.nanoTime());
        }

        Known now(Standing changed) {
            return new Known(target, carry, changed, System.nanoTime());
        }

        boolean isOlder(Duration age, long now) {
            return now - since > age.toNanos();
        }

        /** The control plane has said the same again. */
        Known confirmed() {
            return switch (standing) {
                case TRUSTED, UNREACHED -> now(Standing.TRUSTED);
                case REFUSED -> now(Standing.SETTLING);
                case SETTLING -> this;
            };
        }
    }

    private final AgentId self;
    private final boolean hops;
    private final Lookups<ActorId, Optional<ActorLocation>> lookups;
    private final Consumer<ActorId> changed;
    private final Cache<ActorId, Known> known =
            Caffeine.newBuilder().maximumSize(MOST).expireAfterAccess(UNUSED).build();

    /** @param changed told when an actor is somewhere else than it was */
    RemoteActors(ProxySettings settings, Lookups<ActorId, Optional<ActorLocation>> lookups, Consumer<ActorId> changed) {
        this.self = settings.self();
        this.hops = settings.hop().isPresent();
        this.lookups = lookups;
        this.changed = changed;
    }

    Verdict look(ActorId actor, long now) {
        Known entry = known.getIfPresent(actor);
        if (entry == null) {
            return Admission.ASK;
        }
        return switch (entry.standing()) {
            case TRUSTED -> {
                check(actor, entry, now);
                yield entry.carry();
            }
            case SETTLING -> entry.isOlder(PAUSE, System.nanoTime()) ? entry.carry() : MOVING;
            case UNREACHED, REFUSED -> Admission.ASK;
        };
    }

    private void check(ActorId actor, Known entry, long now) {
        if (entry.isOlder(CHECKED, now) && known.asMap().replace(actor, entry, entry.now(Standing.TRUSTED))) {
            ask(actor);
        }
    }

    /**
     * Whether what is being carried there is carried in vain, because the actor has been started again. Until that is certain the
     * owner may only be slow.
     */
    boolean isLost(Target target, long now) {
        Known entry = known.getIfPresent(target.actor());
        if (entry == null || entry.standing() == Standing.UNREACHED || entry.standing() == Standing.REFUSED) {
            ask(target.actor());
            return false;
        }
        check(target.actor(), entry, now);
        return entry.target().generation() > target.generation();
    }

    /** Null when too much is being asked already. Fails when the control plane cannot be asked and nothing is known. */
    @Nullable
    CompletionStage<Verdict> ask(ActorId actor) {
        CompletableFuture<Optional<ActorLocation>> answer = lookups.ask(actor);
        return answer == null
                ? null
                : answer.thenApply(location -> learn(actor, location))
                        .exceptionallyCompose(failure -> asKnown(actor, failure));
    }

    private CompletionStage<Verdict> asKnown(ActorId actor, Throwable failure) {
        Known entry = known.getIfPresent(actor);
        return entry == null || entry.standing() == Standing.REFUSED
                ? CompletableFuture.failedFuture(failure)
                : CompletableFuture.completedFuture(entry.carry());
    }

    private Verdict learn(ActorId actor, Optional<ActorLocation> answer) {
        Target told = answer.map(this::elsewhere).orElse(null);
        if (told == null) {
            known.invalidate(actor);
            return Admission.of(answer, self);
        }
        Known before = known.getIfPresent(actor);
        Known entry = known.asMap()
                .compute(
                        actor,
                        (_, old) -> old == null || isNews(old.target(), told) ? new Known(told) : old.confirmed());
        if (before == null || !entry.target().equals(before.target())) {
            changed.accept(actor);
        }
        return entry.standing() == Standing.SETTLING ? MOVING : entry.carry();
    }

    /** One of the actors that a custom route leads to, or what is to be said where none is ready elsewhere. */
    Verdict among(List<ActorLocation> actors) {
        List<Target> ready = new ArrayList<>();
        boolean moving = false;
        for (ActorLocation location : actors) {
            if (elsewhere(location) == null) {
                continue;
            }
            switch (learn(location.actor(), Optional.of(location))) {
                case Verdict.Carry(var target) -> ready.add(target);
                case Verdict.Watch _ -> moving = true;
                case Verdict.Hold _, Verdict.Ask _, Verdict.Refuse _ -> {}
            }
        }
        if (!ready.isEmpty()) {
            return new Verdict.Carry(Target.leastInFlight(ready));
        }
        return moving ? MOVING : Admission.of(actors, self);
    }

    /** Answers can overtake each other; an older generation is never news. */
    private static boolean isNews(Target old, Target told) {
        return told.generation() > old.generation()
                || (told.generation() == old.generation() && !told.line().equals(old.line()));
    }

    /** Null where it does not run on another agent that takes requests from us. */
    private @Nullable Target elsewhere(ActorLocation location) {
        ActorLocation.Hop hop = location.hop();
        AgentId owner = location.agent();
        if (!hops
                || hop == null
                || owner == null
                || owner.equals(self)
                || !location.state().equals("running")) {
            return null;
        }
        InetSocketAddress address = HopSettings.parse(hop.address());
        return address == null
                ? null
                : Target.elsewhere(location.actor(), hop.generation(), new Line.Hop(owner, address));
    }

    /** The owner's proxy said that it does not run this. */
    void refused(Target target) {
        doubt(target, Standing.REFUSED);
    }

    /** The owner's proxy did not answer, or is gone. */
    void unreached(Target target) {
        doubt(target, Standing.UNREACHED);
    }

    private void doubt(Target target, Standing standing) {
        known.asMap()
                .computeIfPresent(
                        target.actor(), (_, entry) -> entry.target().equals(target) ? entry.now(standing) : entry);
        lookups.forget(target.actor());
    }

    /** It is asked for again; where that cannot be done, what is known has to do. */
    void moved(ActorId actor) {
        known.asMap().computeIfPresent(actor, (_, entry) -> entry.now(Standing.UNREACHED));
        lookups.forget(actor);
    }

    /** What was said of an actor no longer holds, and there is nothing to ask. */
    void forget(ActorId actor) {
        known.invalidate(actor);
        lookups.forget(actor);
    }
}
