package rivet.agent.proxy;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asks where something is: once for all who want to know at the same time, and again only when an answer has grown old,
 * so that a stranger who tries ids does not become load on the control plane.
 */
@SuppressWarnings("FutureReturnValueIgnored") // every outcome ends in the answer
final class Lookups<K, A> {

    /** How long an answer stands, "there is none" included. */
    static final Duration FRESH = Duration.ofSeconds(1);

    private static final int MAX_REMEMBERED = 10_000;

    private final Function<K, CompletionStage<A>> lookup;
    private final ScheduledExecutorService timer;
    private final Duration timeout;
    private final int maxUnderWay;
    private final AtomicInteger underWay = new AtomicInteger();
    private final Map<K, CompletableFuture<A>> answers = new ConcurrentHashMap<>();

    Lookups(Function<K, CompletionStage<A>> lookup, ScheduledExecutorService timer, Duration timeout, int maxUnderWay) {
        this.lookup = lookup;
        this.timer = timer;
        this.timeout = timeout;
        this.maxUnderWay = maxUnderWay;
    }

    /** The answer, or null when too many questions are under way. Fails when there is none within the bound. */
    @Nullable
    CompletableFuture<A> ask(K key) {
        CompletableFuture<A> known = answers.get(key);
        if (known != null) {
            return known;
        }
        if (underWay.get() >= maxUnderWay) {
            return null;
        }
        CompletableFuture<A> answer = new CompletableFuture<>();
        known = answers.putIfAbsent(key, answer);
        if (known != null) {
            return known;
        }
        underWay.incrementAndGet();
        answer.orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS).whenComplete((_, _) -> {
            underWay.decrementAndGet();
            remember(key, answer);
        });
        begin(key, answer);
        return answer;
    }

    private void begin(K key, CompletableFuture<A> answer) {
        try {
            lookup.apply(key).whenComplete((found, failure) -> {
                if (failure != null) {
                    answer.completeExceptionally(failure);
                } else {
                    answer.complete(found);
                }
            });
        } catch (RuntimeException e) {
            answer.completeExceptionally(e);
        }
    }

    private void remember(K key, CompletableFuture<A> answer) {
        if (answers.size() > MAX_REMEMBERED) {
            answers.remove(key, answer);
            return;
        }
        try {
            timer.schedule(() -> answers.remove(key, answer), FRESH.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException _) {
            answers.remove(key, answer); // the proxy has closed meanwhile
        }
    }

    /** What was known no longer holds. */
    void forget(K key) {
        CompletableFuture<A> answer = answers.get(key);
        if (answer != null && answer.isDone()) {
            answers.remove(key, answer);
        }
    }
}
