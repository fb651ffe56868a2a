package rivet.agent.proxy;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import rivet.protocol.ActorId;
import rivet.protocol.link.ActorLocation;

/**
 * Asks where an actor is: once for all who want to know at the same time, and again only when an answer has grown old,
 * so that a stranger who tries ids does not become load on the control plane.
 */
@SuppressWarnings("FutureReturnValueIgnored") // every outcome ends in the answer
final class Lookups {

    /** How long an answer stands, "no such actor" included. */
    static final Duration FRESH = Duration.ofSeconds(1);

    private static final int MAX_REMEMBERED = 10_000;

    private final Function<ActorId, CompletionStage<Optional<ActorLocation>>> lookup;
    private final ScheduledExecutorService timer;
    private final Duration timeout;
    private final int maxUnderWay;
    private final AtomicInteger underWay = new AtomicInteger();
    private final Map<ActorId, CompletableFuture<Optional<ActorLocation>>> answers = new ConcurrentHashMap<>();

    Lookups(
            Function<ActorId, CompletionStage<Optional<ActorLocation>>> lookup,
            ScheduledExecutorService timer,
            Duration timeout,
            int maxUnderWay) {
        this.lookup = lookup;
        this.timer = timer;
        this.timeout = timeout;
        this.maxUnderWay = maxUnderWay;
    }

    /** The answer, or null when too many questions are under way. Fails when there is none within the bound. */
    @Nullable
    CompletableFuture<Optional<ActorLocation>> ask(ActorId actor) {
        CompletableFuture<Optional<ActorLocation>> known = answers.get(actor);
        if (known != null) {
            return known;
        }
        if (underWay.get() >= maxUnderWay) {
            return null;
        }
        CompletableFuture<Optional<ActorLocation>> answer = new CompletableFuture<>();
        known = answers.putIfAbsent(actor, answer);
        if (known != null) {
            return known;
        }
        underWay.incrementAndGet();
        answer.orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS).whenComplete((_, _) -> {
            underWay.decrementAndGet();
            remember(actor, answer);
        });
        begin(actor, answer);
        return answer;
    }

    private void begin(ActorId actor, CompletableFuture<Optional<ActorLocation>> answer) {
        try {
            lookup.apply(actor).whenComplete((location, failure) -> {
                if (failure != null) {
                    answer.completeExceptionally(failure);
                } else {
                    answer.complete(location);
                }
            });
        } catch (RuntimeException e) {
            answer.completeExceptionally(e);
        }
    }

    private void remember(ActorId actor, CompletableFuture<Optional<ActorLocation>> answer) {
        if (answers.size() > MAX_REMEMBERED) {
            answers.remove(actor, answer);
            return;
        }
        try {
            timer.schedule(() -> answers.remove(actor, answer), FRESH.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException _) {
            answers.remove(actor, answer); // the proxy has closed meanwhile
        }
    }

    /** What was known of an actor no longer holds. */
    void forget(ActorId actor) {
        CompletableFuture<Optional<ActorLocation>> answer = answers.get(actor);
        if (answer != null && answer.isDone()) {
            answers.remove(actor, answer);
        }
    }
}
