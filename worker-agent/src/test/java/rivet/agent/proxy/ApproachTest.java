package rivet.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static rivet.agent.proxy.ProxyUnderTest.ACTOR;
import static rivet.agent.proxy.ProxyUnderTest.SELF;

import io.netty.channel.DefaultEventLoop;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import rivet.agent.proxy.ActorRoute.Status;
import rivet.protocol.link.ActorLocation;

/** What changes between a look at the routes and the place in the queue. */
class ApproachTest {

    private static final Duration LOOKUP = Duration.ofSeconds(5);

    private final DefaultEventLoop loop = new DefaultEventLoop();
    private final AtomicInteger asked = new AtomicInteger();
    private final HeldRequests held = new HeldRequests(10, 10);
    private final RemoteActors remotes = new RemoteActors(
            ProxySettings.defaults(SELF),
            new Lookups<>(
                    _ -> {
                        asked.incrementAndGet();
                        return CompletableFuture.completedFuture(
                                Optional.of(new ActorLocation(ACTOR, "starting", null, null)));
                    },
                    loop,
                    LOOKUP,
                    10),
            held::wake);
    private final RouteTable routes = new RouteTable(change -> {
        remotes.forget(change.actor());
        held.wake(change.actor());
    });
    private final Lane lane = new Lane(
            loop,
            new Lane.Shared(
                    ProxySettings.defaults(SELF),
                    routes,
                    new CustomRoutes(routes, held::wake),
                    new RouteCounts(),
                    remotes,
                    new Lookups<>(_ -> CompletableFuture.completedFuture(List.of()), loop, LOOKUP, 10),
                    held,
                    new Access(),
                    new ProxyCounters(),
                    () -> true));

    @AfterEach
    void end() throws InterruptedException {
        assertThat(loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).await(5_000)).isTrue();
    }

    @Test
    void an_actor_that_falls_asleep_while_its_visitor_queues_is_asked_for_and_woken() {
        put(1, Status.CRASHED, 0); // it was stopped, and the control plane does not know yet
        var visitor = new Visitor(() -> routes.remove(ACTOR));

        loop.execute(new Approach(visitor, lane, new IngressDoor(ACTOR, "http", PortKind.HTTP))::decide);

        await().until(() -> held.count() == 1);
        await().until(() -> asked.get() > 0);
        put(2, Status.READY, 4711);
        assertThat(visitor.outcome.orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo("admitted to 2");
    }

    private void put(long generation, Status status, int port) {
        routes.put(new ActorRoute(ACTOR, generation, status, Map.of("http", port)));
    }

    private record Visitor(Runnable beforeItQueues, CompletableFuture<String> outcome) implements Approach.Visitor {

        Visitor(Runnable beforeItQueues) {
            this(beforeItQueues, new CompletableFuture<>());
        }

        @Override
        public void admitted(Target target) {
            outcome.complete("admitted to " + target.generation());
        }

        @Override
        public void fail(Problem problem) {
            outcome.complete(problem.code());
        }

        @Override
        public boolean mayWait() {
            beforeItQueues.run();
            return true;
        }
    }
}
