package rivet.actor.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import rivet.actor.Actor;
import rivet.actor.ActorContext;
import rivet.actor.ActorEnvironment;
import rivet.actor.ActorMetadata;
import rivet.actor.Alarms;
import rivet.actor.Kv;
import rivet.actor.Shutdown;

/**
 * The context of an actor inside a test: its ports are free ones of this machine, its metadata is what the test says, and
 * the test decides when it has to stop.
 *
 * <pre>{@code
 * var context = TestContext.builder().tag("room", "7").port("http").build();
 *
 * try (var running = context.start(new Counter())) {
 *     running.awaitListening("http", Duration.ofSeconds(10));
 *     … // call http://127.0.0.1:{context.port("http")}/
 * } // asks for the stop, waits for it, and fails if the actor crashed or did not stop in time
 * }</pre>
 *
 * <p>Thread-safe. One context is for one start of one actor.
 */
public final class TestContext implements ActorContext {

    private static final System.Logger log = System.getLogger(TestContext.class.getName());

    private final ActorMetadata metadata;
    private final Map<String, String> environment;
    private final Shutdown shutdown;
    private final Kv kv;
    private final @Nullable Path dir;
    private final AtomicLong checkpoints = new AtomicLong();
    private final TestAlarms alarms = new TestAlarms();
    private final List<Consumer<String>> upgradeListeners = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final CompletableFuture<Void> sleep = new CompletableFuture<>();

    private TestContext(Builder builder) {
        this.metadata = builder.metadata();
        this.shutdown = new Shutdown(builder.grace);
        this.kv = builder.kv;
        this.dir = builder.dir;
        var variables = new LinkedHashMap<>(builder.environment);
        variables.putAll(ActorEnvironment.write(metadata, builder.grace));
        this.environment = Map.copyOf(variables);
    }

    /**
     * Begins a context: an actor with a random id, no tags, no ports, generation 1, five seconds of grace, in project
     * {@code default}, environment {@code default}, region {@code local}.
     *
     * @return a builder; not thread-safe
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Starts the actor on a thread of its own.
     *
     * @param actor the actor under test
     * @return the running actor, to be closed by the test
     */
    public RunningActor start(Actor actor) {
        return RunningActor.start(actor, this);
    }

    @Override
    public ActorMetadata metadata() {
        return metadata;
    }

    @Override
    public int port(String name) {
        var port = metadata.network().ports().get(name);
        if (port == null) {
            throw new IllegalArgumentException("port: '%s' (expected: one of %s, as the test declared)"
                    .formatted(name, metadata.network().ports().keySet()));
        }
        return port.number();
    }

    @Override
    public Map<String, String> environment() {
        return environment;
    }

    @Override
    public Shutdown shutdown() {
        return shutdown;
    }

    @Override
    public Kv kv() {
        return kv;
    }

    @Override
    public Alarms alarms() {
        return alarms;
    }

    /**
     * Fires an alarm that the actor has set: its handler is called on this thread. Alarms of a test fire at no other time, and what is
     * {@linkplain rivet.actor.Alarm#cron set by the calendar} is listed for {@link Instant#MAX}.
     *
     * @param name the alarm's name
     * @throws AssertionError if no such alarm is set, or the actor has no handler
     * @throws Exception what the handler throws; the alarm is set still
     */
    public void fire(String name) throws Exception {
        alarms.fire(name);
    }

    @Override
    public void ready() {
        ready.complete(null);
    }

    /**
     * Tells when the actor has said that it is ready.
     *
     * @return always the same, completed by the first {@link #ready()}; nobody else is to complete it
     */
    public CompletableFuture<Void> whenReady() {
        return ready;
    }

    @Override
    public void onUpgradeAvailable(Consumer<String> listener) {
        upgradeListeners.add(listener);
    }

    /**
     * Tells the actor's listeners, here and now, that another build waits.
     *
     * @param build its id
     */
    public void tellUpgradeAvailable(String build) {
        upgradeListeners.forEach(listener -> listener.accept(build));
    }

    @Override
    public void sleep() {
        sleep.complete(null);
    }

    /**
     * Tells when the actor has asked to sleep.
     *
     * @return always the same, completed by the first {@link #sleep()}; nobody else is to complete it
     */
    public CompletableFuture<Void> whenAsksToSleep() {
        return sleep;
    }

    @Override
    public Optional<Path> dir() {
        return Optional.ofNullable(dir);
    }

    /** Counts; what is in the store and the directory stays as it is. */
    @Override
    public long checkpoint() {
        return checkpoints.incrementAndGet();
    }

    @Override
    public System.Logger log() {
        return log;
    }

    /** Collects what a test says about its actor. Not thread-safe. */
    public static final class Builder {

        private String id = UUID.randomUUID().toString();
        private @Nullable String key;
        private long generation = 1;
        private Instant createdAt = Instant.EPOCH;
        private String region = "local";
        private Duration grace = Duration.ofSeconds(5);
        private Kv kv = Kv.inMemory();
        private @Nullable Path dir;
        private final Map<String, String> tags = new LinkedHashMap<>();
        private final Map<String, String> environment = new LinkedHashMap<>();
        private final Map<String, ActorMetadata.Port> ports = new LinkedHashMap<>();

        private Builder() {}

        /**
         * Sets the actor's id; random unless set.
         *
         * @param id a UUID as text
         * @return this
         */
        public Builder id(String id) {
            this.id = id;
            return this;
        }

        /**
         * Sets the actor's unique key; none unless set.
         *
         * @param key the key
         * @return this
         */
        public Builder key(String key) {
            this.key = key;
            return this;
        }

        /**
         * Sets which start of the actor this is; 1 unless set.
         *
         * @param generation from 1
         * @return this
         */
        public Builder generation(long generation) {
            this.generation = generation;
            return this;
        }

        /**
         * Sets when the actor was created; 1970-01-01 unless set, so that a test does not depend on the day.
         *
         * @param createdAt the time
         * @return this
         */
        public Builder createdAt(Instant createdAt) {
            this.createdAt = createdAt;
            return this;
        }

        /**
         * Sets the region, which is also its name; {@code local} unless set.
         *
         * @param region the region's id
         * @return this
         */
        public Builder region(String region) {
            this.region = region;
            return this;
        }

        /**
         * Sets how long the actor may take to stop; five seconds unless set.
         *
         * @param grace not negative
         * @return this
         */
        public Builder grace(Duration grace) {
            this.grace = grace;
            return this;
        }

        /**
         * Sets what the actor remembers; an empty store in memory unless set. Give the same one to the contexts of two starts.
         *
         * @param kv such as {@link Kv#inMemory}
         * @return this
         */
        public Builder kv(Kv kv) {
            this.kv = kv;
            return this;
        }

        /**
         * Sets the actor's own directory; none unless set. Give the same one to the contexts of two starts.
         *
         * @param dir one that exists
         * @return this
         */
        public Builder dir(Path dir) {
            this.dir = dir;
            return this;
        }

        /**
         * Adds a tag.
         *
         * @param key the tag's key
         * @param value the tag's value
         * @return this
         */
        public Builder tag(String key, String value) {
            tags.put(key, value);
            return this;
        }

        /**
         * Adds a variable of the create request.
         *
         * @param name the variable's name
         * @param value the variable's value
         * @return this
         */
        public Builder variable(String name, String value) {
            environment.put(name, value);
            return this;
        }

        /**
         * Adds an {@code http} port, with a number that is free now.
         *
         * @param name the port's name
         * @return this
         * @throws UncheckedIOException if the machine has no free port
         */
        public Builder port(String name) {
            int number = freePort();
            ports.put(name, new ActorMetadata.Port("http", number, "http://127.0.0.1:" + number));
            return this;
        }

        /**
         * Adds a port as the test wants it.
         *
         * @param name the port's name
         * @param port its protocol, number and URL
         * @return this
         */
        public Builder port(String name, ActorMetadata.Port port) {
            ports.put(name, port);
            return this;
        }

        /**
         * Makes the context.
         *
         * @return a context that does not change with this builder
         * @throws IllegalArgumentException if the grace is negative
         */
        public TestContext build() {
            return new TestContext(this);
        }

        private ActorMetadata metadata() {
            var none = new UUID(0, 0).toString();
            return new ActorMetadata(
                    new ActorMetadata.Self(id, tags, key, generation, createdAt),
                    new ActorMetadata.Project(none, "default"),
                    new ActorMetadata.Environment(none, "default"),
                    new ActorMetadata.Region(region, region),
                    new ActorMetadata.Cluster(none),
                    new ActorMetadata.Build(none),
                    new ActorMetadata.Network(ports));
        }

        private static int freePort() {
            try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                throw new UncheckedIOException("no free port", e);
            }
        }
    }
}
