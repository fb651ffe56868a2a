package rivet.client;

import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An actor as the server knew it when it answered. It does not change by itself: ask again with {@link Actors#get}.
 *
 * @param id a UUID as text; the same across restarts, moves and upgrades
 * @param region where it runs, or shall
 * @param tags as given at its creation; unmodifiable
 * @param runtime what it runs
 * @param network its ports
 * @param resources what is reserved for it
 * @param lifecycle how it stops and starts again
 * @param state where it is in its life
 * @param reason why it is in that state: a stable code, such as {@code crashed}; {@code null} if there is nothing to say
 * @param queuePosition its place among those that wait for an agent in its region, from 1; {@code null} if it does not wait,
 *     or many are before it
 * @param key the name that is unique among the live actors of its environment; {@code null} if it has none
 * @param generation how often it was started; {@code null} from a server that does not tell
 * @param createdAt by the server's clock
 * @param startedAt when its present process was ready; {@code null} while there is none
 * @param destroyedAt when its destruction began; {@code null} before
 * @param upgrade the newest upgrade, while its build has not been ready yet, or if it was rolled back; {@code null} otherwise
 */
public record Actor(
        String id,
        String region,
        Map<String, String> tags,
        Runtime runtime,
        Network network,
        Resources resources,
        Lifecycle lifecycle,
        ActorState state,
        @Nullable String reason,
        @Nullable Integer queuePosition,
        @Nullable String key,
        @Nullable Long generation,
        Instant createdAt,
        @Nullable Instant startedAt,
        @Nullable Instant destroyedAt,
        @Nullable Upgrade upgrade) {

    /** Checks that the server sent what an actor always has. */
    public Actor {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(network, "network");
        tags = Answers.orEmpty(tags);
        state = state == null ? derived(startedAt, destroyedAt) : state;
    }

    /** From a server that does not tell states; the same derivation as its user interfaces had. */
    private static ActorState derived(@Nullable Instant startedAt, @Nullable Instant destroyedAt) {
        if (destroyedAt != null) {
            return ActorState.DESTROYED;
        }
        return startedAt != null ? ActorState.RUNNING : ActorState.STARTING;
    }

    /**
     * An upgrade of which something is to be told.
     *
     * @param build that it was upgraded to
     * @param previousBuild that was ready before
     * @param state {@code open}: the new build has not been ready yet; {@code rolled_back}: it did not become ready, and the actor
     *     has the build before again
     * @param message why it was rolled back, for people; {@code null} if it was not
     * @param waitsUntil when the new build is started at the latest, while it waits for the actor to be idle; {@code null} otherwise
     */
    public record Upgrade(
            String build,
            String previousBuild,
            String state,
            @Nullable String message,
            @Nullable Instant waitsUntil) {

        boolean isRolledBack() {
            return state.equals("rolled_back");
        }
    }

    /**
     * The URL of one of its {@code http} and {@code https} ports.
     *
     * @param port the port's name
     * @return where the world reaches the port; it does not change while the actor lives
     * @throws IllegalArgumentException if the actor has no such port, or the port has no URL yet
     */
    public URI url(String port) {
        return Optional.ofNullable(network.ports().get(port))
                .filter(found -> !found.hasAddress())
                .map(Port::url)
                .map(URI::create)
                .orElseThrow(() -> unreachable(port, "URL"));
    }

    /**
     * The address of one of its {@code tcp}, {@code tcp_tls} and {@code udp} ports. Its number does not change while the actor
     * lives; its host may, when the actor is moved to another machine.
     *
     * @param port the port's name
     * @return where the world reaches the port, not resolved yet
     * @throws IllegalArgumentException if the actor has no such port, or the port has no address yet
     */
    public InetSocketAddress address(String port) {
        var found = network.ports().get(port);
        if (found == null || !found.hasAddress() || found.hostname() == null || found.port() == null) {
            throw unreachable(port, "address");
        }
        return InetSocketAddress.createUnresolved(found.hostname(), found.port());
    }

    private IllegalArgumentException unreachable(String port, String what) {
        return new IllegalArgumentException("port: '%s' of actor %s has no %s (its ports: %s)"
                .formatted(port, id, what, network.ports().keySet()));
    }

    /**
     * What an actor runs.
     *
     * @param build the id of the build
     * @param arguments of the command line; unmodifiable, mostly empty
     * @param environment its variables as given at its creation; unmodifiable
     */
    public record Runtime(String build, List<String> arguments, Map<String, String> environment) {
        /** Copies both collections; absent ones are empty. */
        public Runtime {
            arguments = Answers.orEmpty(arguments);
            environment = Answers.orEmpty(environment);
        }

        /** Without the values of the variables, which may be secrets. */
        @Override
        public String toString() {
            return "Runtime[build=%s, arguments=%s, environment=%s]".formatted(build, arguments, environment.keySet());
        }
    }

    /**
     * How an actor is reached.
     *
     * @param mode {@code bridge} or {@code host}
     * @param ports by name; unmodifiable
     */
    public record Network(String mode, Map<String, Port> ports) {
        /** Copies the ports. */
        public Network {
            ports = Answers.orEmpty(ports);
        }
    }

    /**
     * One port.
     *
     * @param protocol what is spoken there
     * @param internalPort where the actor listens; {@code null} where the number is chosen at each start
     * @param hostname the URL's host; {@code null} where the world does not reach it
     * @param port the URL's port number; {@code null} where the world does not reach it
     * @param path the URL's path; {@code null} if it has none
     * @param url the whole URL, or {@code host:port} of what is not reached by HTTP; {@code null} where the world does not
     *     reach it
     */
    public record Port(
            PortProtocol protocol,
            @Nullable Integer internalPort,
            @Nullable String hostname,
            @Nullable Integer port,
            @Nullable String path,
            @Nullable String url) {

        private boolean hasAddress() {
            return switch (protocol) {
                case TCP, TCP_TLS, UDP -> true;
                case HTTP, HTTPS, UNKNOWN -> false;
            };
        }
    }

    /**
     * What is reserved for an actor.
     *
     * @param cpu in millicores: 1000 is one core
     * @param memory in MiB
     */
    public record Resources(int cpu, int memory) {}

    /**
     * How an actor stops and starts again.
     *
     * @param killTimeout from the termination signal to the kill, in milliseconds; {@code null} if the server did not say
     * @param durable whether it is started again after a crash or the loss of its machine
     */
    public record Lifecycle(@Nullable Long killTimeout, boolean durable) {

        /**
         * From the termination signal to the kill.
         *
         * @return empty if the server did not say
         */
        public Optional<Duration> grace() {
            return Optional.ofNullable(killTimeout).map(Duration::ofMillis);
        }
    }
}
