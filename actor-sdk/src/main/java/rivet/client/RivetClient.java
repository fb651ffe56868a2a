package rivet.client;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a Rivet server, and the way to everything that it can do. Make one and keep it: it holds a pool of
 * connections. Thread-safe.
 *
 * <h2>Waiting</h2>
 *
 * <p>All methods block until the server has answered. On a virtual thread that costs next to nothing; elsewhere, or for many
 * calls at once, {@link #async} does the same without blocking. Each call, with all its retries, ends within the call
 * timeout. If the calling thread is interrupted, its call ends with a {@link CancellationException} and the thread stays
 * interrupted.
 *
 * <h2>Retries</h2>
 *
 * <p>A call that failed for a reason that may pass (no connection, status 408, 429, 500, 502, 503, 504) is repeated twice,
 * after about one and two seconds or when the server says, if repeating it is harmless: {@code GET}, {@code PUT}, {@code
 * DELETE}, and creating an actor, which carries an {@code Idempotency-Key}. No other call is ever repeated.
 */
public final class RivetClient implements AutoCloseable {

    private final Transport transport;
    private final Actors actors;
    private final Builds builds;
    private final Regions regions;
    private final Routes routes;
    private final Stores stores;
    private final Checkpoints checkpoints;

    private RivetClient(Settings settings) {
        this.transport = new Transport(settings);
        this.actors = new Actors(transport);
        this.builds = new Builds(transport);
        this.regions = new Regions(transport);
        this.routes = new Routes(transport);
        this.stores = new Stores(transport);
        this.checkpoints = new Checkpoints(transport);
    }

    /**
     * Begins a client with the settings of the environment: {@code RIVET_ENDPOINT}, {@code RIVET_TOKEN}, {@code
     * RIVET_PROJECT} and {@code RIVET_ENVIRONMENT}, each where it is set and not empty.
     *
     * @return a builder; not thread-safe
     */
    public static Builder builder() {
        return new Builder(System.getenv());
    }

    /**
     * Actors: create, find, follow, destroy.
     *
     * @return always the same object
     */
    public Actors actors() {
        return actors;
    }

    /**
     * Builds: upload, find, tag.
     *
     * @return always the same object
     */
    public Builds builds() {
        return builds;
    }

    /**
     * Regions: where actors can run.
     *
     * @return always the same object
     */
    public Regions regions() {
        return regions;
    }

    /**
     * Routes: host names and paths of one's own.
     *
     * @return always the same object
     */
    public Routes routes() {
        return routes;
    }

    /**
     * Stores: what actors remember.
     *
     * @return always the same object
     */
    public Stores stores() {
        return stores;
    }

    /**
     * Checkpoints: keep what an actor has, and bring it back.
     *
     * @return always the same object
     */
    public Checkpoints checkpoints() {
        return checkpoints;
    }

    /**
     * Makes one or more calls without blocking.
     *
     * <pre>{@code client.async(c -> c.actors().get(id)).thenAccept(actor -> …)}</pre>
     *
     * <p>One method in place of a second version of every other: the calls run on a virtual thread of their own, so whatever
     * can be done in turn can be done here. How many run at once is up to the caller.
     *
     * @param <T> what the calls result in
     * @param calls what to do
     * @return completes with the result, or with what was thrown. Cancelling it ends the calls
     */
    public <T> CompletableFuture<T> async(Function<? super RivetClient, ? extends T> calls) {
        return AsyncCall.start(() -> calls.apply(this));
    }

    /**
     * Ends the calls that are under way, with a {@link CancellationException}, and closes all connections. Later calls throw
     * {@link IllegalStateException}.
     */
    @Override
    public void close() {
        transport.close();
    }

    /** Collects the settings of a client. Not thread-safe. */
    public static final class Builder {

        private static final URI LOCAL = URI.create("http://127.0.0.1:6420");

        private URI endpoint;
        private @Nullable String token;
        private @Nullable String project;
        private @Nullable String environment;
        private Duration connectTimeout = Duration.ofSeconds(10);
        private Duration callTimeout = Duration.ofMinutes(3);
        private int retries = RetryPolicy.DEFAULT_RETRIES;
        private Settings.Pauses pauses = (duration, cancellation) -> cancellation.pause(duration);

        Builder(Map<String, String> variables) {
            var url = variable(variables, "RIVET_ENDPOINT");
            this.endpoint = url == null ? LOCAL : URI.create(url);
            this.token = variable(variables, "RIVET_TOKEN");
            this.project = variable(variables, "RIVET_PROJECT");
            this.environment = variable(variables, "RIVET_ENVIRONMENT");
        }

        private static @Nullable String variable(Map<String, String> variables, String name) {
            var value = variables.get(name);
            return value == null || value.isBlank() ? null : value.strip();
        }

        /**
         * Sets where the server is; {@code RIVET_ENDPOINT} or {@code http://127.0.0.1:6420} unless set.
         *
         * @param endpoint the URL of its API, without user, query and fragment
         * @return this
         */
        public Builder endpoint(URI endpoint) {
            this.endpoint = endpoint;
            return this;
        }

        /**
         * Sets the token that every request carries; {@code RIVET_TOKEN} or none unless set. A server in development mode
         * needs none.
         *
         * @param token as it was issued; never logged, nor sent anywhere but to the endpoint
         * @return this
         */
        public Builder token(String token) {
            this.token = token;
            return this;
        }

        /**
         * Sets the project; {@code RIVET_PROJECT} unless set. Project and environment are given both or neither; without
         * them the server takes those of the token, or {@code default}.
         *
         * @param slug the project's name in URLs
         * @return this
         */
        public Builder project(String slug) {
            this.project = slug;
            return this;
        }

        /**
         * Sets the environment of the project; {@code RIVET_ENVIRONMENT} unless set.
         *
         * @param slug the environment's name in URLs
         * @return this
         */
        public Builder environment(String slug) {
            this.environment = slug;
            return this;
        }

        /**
         * Sets how long the making of a connection may take; 10 seconds unless set.
         *
         * @param timeout more than zero
         * @return this
         */
        public Builder connectTimeout(Duration timeout) {
            this.connectTimeout = timeout;
            return this;
        }

        /**
         * Sets how long a call may take, with all its retries; 180 seconds unless set. For an upload it is the time of each
         * part; following logs and events has no end, and the waiting methods have one of their own.
         *
         * @param timeout more than zero
         * @return this
         */
        public Builder callTimeout(Duration timeout) {
            this.callTimeout = timeout;
            return this;
        }

        /**
         * Sets how often a call that may be repeated is repeated; 2 unless set.
         *
         * @param retries 0 to 10
         * @return this
         * @throws IllegalArgumentException if it is out of that range
         */
        public Builder retries(int retries) {
            if (retries < 0 || retries > 10) {
                throw new IllegalArgumentException("retries: %d (expected: 0 to 10)".formatted(retries));
            }
            this.retries = retries;
            return this;
        }

        Builder pauses(Settings.Pauses pauses) {
            this.pauses = pauses;
            return this;
        }

        /**
         * Makes the client; nothing is sent yet.
         *
         * @return a client, to be closed
         * @throws IllegalArgumentException if a setting cannot be right; the message names it
         */
        public RivetClient build() {
            var policy =
                    new RetryPolicy(retries, () -> ThreadLocalRandom.current().nextDouble());
            return new RivetClient(new Settings(endpoint, token, scope(), connectTimeout, callTimeout, policy, pauses));
        }

        private Settings.@Nullable Scope scope() {
            if (project == null && environment == null) {
                return null;
            }
            if (project == null || environment == null) {
                throw new IllegalArgumentException(
                        "project: %s, environment: %s (expected: both or neither)".formatted(project, environment));
            }
            return new Settings.Scope(project, environment);
        }
    }
}
