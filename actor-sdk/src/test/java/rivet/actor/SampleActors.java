package rivet.actor;

import java.time.Duration;

/** The authors' classes, good and bad. They are public and nested, as an author's may be. */
public final class SampleActors {

    private SampleActors() {}

    /** Says what it knows, and is done. */
    public static final class Completes implements Actor {
        @Override
        public void start(ActorContext context) {
            var actor = context.metadata().actor();
            System.out.println("%s %s %d %d"
                    .formatted(
                            actor.id(), actor.tags().get("greeting"), actor.generation(), context.port("game-server")));
            // A thread that goes on does not keep a completed actor alive.
            Thread.ofPlatform().start(() -> await(new Shutdown(Duration.ZERO)));
        }
    }

    public static final class Crashes implements Actor {
        @Override
        public void start(ActorContext context) {
            throw new IllegalStateException("out of luck");
        }
    }

    /** Serves until it is told to stop, and then takes its leave. */
    public static final class Serves implements Actor {
        @Override
        public void start(ActorContext context) throws InterruptedException {
            context.shutdown().onShutdown(() -> System.out.println("stopping"));
            System.out.println("ready");
            context.shutdown().await();
            System.out.println("stopped, %b".formatted(context.shutdown().left().isPositive()));
        }
    }

    public static final class NeverStops implements Actor {
        @Override
        public void start(ActorContext context) {
            System.out.println("ready");
            await(new Shutdown(Duration.ZERO));
        }
    }

    public static final class StopsItself implements Actor {
        @Override
        public void start(ActorContext context) throws InterruptedException {
            Thread.ofVirtual().start(() -> context.shutdown().request());
            context.shutdown().await();
        }
    }

    public static final class Exits implements Actor {
        @Override
        public void start(ActorContext context) {
            System.exit(7);
        }
    }

    public static final class FailsToBeMade implements Actor {
        public FailsToBeMade() {
            throw new IllegalStateException("not today");
        }

        @Override
        public void start(ActorContext context) {}
    }

    public static final class NeedsMore implements Actor {
        public NeedsMore(String more) {
            System.out.println(more);
        }

        @Override
        public void start(ActorContext context) {}
    }

    public abstract static class Abstract implements Actor {}

    static final class Hidden implements Actor {
        public Hidden() {}

        @Override
        public void start(ActorContext context) {}
    }

    public static final class NoActor {}

    private static void await(Shutdown never) {
        try {
            never.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
