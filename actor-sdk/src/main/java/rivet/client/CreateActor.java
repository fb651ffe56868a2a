package rivet.client;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An actor that shall be. Immutable: each method returns a new request, so one may serve as the pattern of many.
 *
 * <pre>{@code
 * CreateActor.withBuildTags(Map.of("name", "counter", "current", "true"))
 *         .tag("room", "7")
 *         .port("http", Port.http())
 *         .durable();
 * }</pre>
 *
 * <p>Limits are checked by the server, which answers with {@link RivetException.Invalid} and the field: at most 8 tags (key
 * 32 bytes, value 1 to 1024), 64 variables (256, 1024) and 8 ports (name 16), unless its operator changed them.
 */
public final class CreateActor {

    private final BuildSelector build;
    private Map<String, String> tags = Map.of();
    private Map<String, String> environment = Map.of();
    private Map<String, Port> ports = Map.of();
    private @Nullable String key;
    private @Nullable String region;
    private @Nullable EndpointType endpointType;
    private @Nullable Resources resources;
    private @Nullable Duration killTimeout;
    private @Nullable Duration idleTimeout;
    private @Nullable Long dirQuotaBytes;
    private @Nullable UpgradePolicy upgradePolicy;
    private @Nullable Duration startTimeout;
    private @Nullable Readiness readiness;
    private @Nullable Liveness liveness;
    private @Nullable Duration placementTimeout;
    private @Nullable String idempotencyKey;
    private boolean hostNetwork;
    private boolean durable;

    private CreateActor(BuildSelector build) {
        this.build = build;
    }

    private CreateActor(CreateActor from) {
        this.build = from.build;
        this.tags = from.tags;
        this.environment = from.environment;
        this.ports = from.ports;
        this.key = from.key;
        this.region = from.region;
        this.endpointType = from.endpointType;
        this.resources = from.resources;
        this.killTimeout = from.killTimeout;
        this.idleTimeout = from.idleTimeout;
        this.dirQuotaBytes = from.dirQuotaBytes;
        this.upgradePolicy = from.upgradePolicy;
        this.startTimeout = from.startTimeout;
        this.readiness = from.readiness;
        this.liveness = from.liveness;
        this.placementTimeout = from.placementTimeout;
        this.idempotencyKey = from.idempotencyKey;
        this.hostNetwork = from.hostNetwork;
        this.durable = from.durable;
    }

    /**
     * An actor of exactly this build.
     *
     * @param id a UUID as text
     * @return a request
     */
    public static CreateActor withBuild(String id) {
        return new CreateActor(BuildSelector.id(id));
    }

    /**
     * An actor of the newest build with at least these tags.
     *
     * @param tags such as {@code name: counter, current: true}
     * @return a request
     */
    public static CreateActor withBuildTags(Map<String, String> tags) {
        return new CreateActor(BuildSelector.tags(tags));
    }

    /**
     * Sets all tags in place of those so far; none unless set.
     *
     * @param tags the tags
     * @return a new request
     */
    public CreateActor tags(Map<String, String> tags) {
        var copy = new CreateActor(this);
        copy.tags = Map.copyOf(tags);
        return copy;
    }

    /**
     * Adds a tag.
     *
     * @param key the tag's key
     * @param value the tag's value, not empty
     * @return a new request
     */
    public CreateActor tag(String key, String value) {
        return tags(with(tags, key, value));
    }

    /**
     * Sets the name that no other live actor of the environment may have; none unless set. Two concurrent creates with one
     * key: one succeeds, the other is refused with {@link RivetException.Conflict}. {@link Actors#getOrCreate} gives both
     * the same actor.
     *
     * @param key the unique name
     * @return a new request
     */
    public CreateActor key(String key) {
        var copy = new CreateActor(this);
        copy.key = key;
        return copy;
    }

    /**
     * Sets where the actor shall run; the server chooses unless set.
     *
     * @param region the region's id
     * @return a new request
     */
    public CreateActor region(String region) {
        var copy = new CreateActor(this);
        copy.region = region;
        return copy;
    }

    /**
     * Adds a variable to the actor's environment.
     *
     * @param name the variable's name; {@code PORT_…} and {@code RIVET_…} are the platform's own, which win
     * @param value the variable's value
     * @return a new request
     */
    public CreateActor variable(String name, String value) {
        var copy = new CreateActor(this);
        copy.environment = with(environment, name, value);
        return copy;
    }

    /**
     * Adds a port.
     *
     * @param name small letters, digits and dashes, at most 16; the actor finds its number as {@code PORT_<NAME>}
     * @param port the port
     * @return a new request
     */
    public CreateActor port(String name, Port port) {
        var copy = new CreateActor(this);
        copy.ports = with(ports, name, port);
        return copy;
    }

    /**
     * Sets the form of the ports' URLs; the server chooses unless set.
     *
     * @param type the form
     * @return a new request
     */
    public CreateActor endpointType(EndpointType type) {
        var copy = new CreateActor(this);
        copy.endpointType = type;
        return copy;
    }

    /**
     * Gives the actor the network of its machine and not one of its own; for images and bundles, where the server allows
     * it.
     *
     * @return a new request
     */
    public CreateActor hostNetwork() {
        var copy = new CreateActor(this);
        copy.hostNetwork = true;
        return copy;
    }

    /**
     * Sets what is reserved for the actor; the server's default unless set. JavaScript builds have a fixed size and must not
     * set it.
     *
     * @param cpuMillicores 1000 is one core
     * @param memoryMib the most memory it may use, in MiB
     * @return a new request
     */
    public CreateActor resources(int cpuMillicores, int memoryMib) {
        var copy = new CreateActor(this);
        copy.resources = new Resources(cpuMillicores, memoryMib);
        return copy;
    }

    /**
     * Sets the grace period: how long the actor may take to stop, from the termination signal to the kill; five seconds
     * unless set.
     *
     * @param timeout zero to two hours; what is less than a millisecond is dropped
     * @return a new request
     * @throws IllegalArgumentException if the timeout is negative
     */
    public CreateActor killTimeout(Duration timeout) {
        var copy = new CreateActor(this);
        copy.killTimeout = Checks.notNegative("killTimeout", timeout);
        return copy;
    }

    /**
     * Sets how long the actor may wait for its first agent when none has room; as long as it takes unless set. When the time
     * is over it is destroyed, with the reason {@code placement_timeout}. With zero it is created only if it need not wait;
     * otherwise the server answers 503 and has created nothing.
     *
     * @param timeout zero to a day; what is less than a millisecond is dropped
     * @return a new request
     * @throws IllegalArgumentException if the timeout is negative
     */
    public CreateActor placementTimeout(Duration timeout) {
        var copy = new CreateActor(this);
        copy.placementTimeout = Checks.notNegative("placementTimeout", timeout);
        return copy;
    }

    /**
     * Sets how long a start may take, from the spawn of the process until it is ready; unless set, as long as its
     * build says ({@link BuildUpload#startTimeout}), and then as long as the agent's operator allows, which is usually 30 seconds. A start that takes longer has failed.
     *
     * @param timeout 100 milliseconds to an hour; what is less than a millisecond is dropped
     * @return a new request
     * @throws IllegalArgumentException if the timeout is negative
     */
    public CreateActor startTimeout(Duration timeout) {
        var copy = new CreateActor(this);
        copy.startTimeout = Checks.notNegative("startTimeout", timeout);
        return copy;
    }

    /**
     * Has the actor put to sleep when nobody has used one of its ports for so long; unless set, it stays awake. The next request
     * or connection starts it again.
     *
     * @param timeout without a request or an open connection, a second to a day; what is less than a millisecond is dropped
     * @return a new request
     * @throws IllegalArgumentException if the timeout is negative
     */
    public CreateActor idleTimeout(Duration timeout) {
        var copy = new CreateActor(this);
        copy.idleTimeout = Checks.notNegative("idleTimeout", timeout);
        return copy;
    }

    /**
     * Gives the actor a directory of its own, which it finds again wherever it starts next; none unless set.
     *
     * @param quotaBytes how much may be in it, 1 MiB to 1 GiB
     * @return a new request
     */
    public CreateActor dir(long quotaBytes) {
        var copy = new CreateActor(this);
        copy.dirQuotaBytes = quotaBytes;
        return copy;
    }

    /**
     * When the actor gets a new build, where the upgrade does not say. Unless set, it is stopped for it {@linkplain
     * UpgradePolicy#now at once}.
     *
     * @param policy which one
     * @return a new request
     */
    public CreateActor upgradePolicy(UpgradePolicy policy) {
        var copy = new CreateActor(this);
        copy.upgradePolicy = policy;
        return copy;
    }

    /**
     * Has the actor say itself when it is ready, by {@code ctx.ready()}. Unless set, it is when its ports are open.
     *
     * @return a new request
     */
    public CreateActor readyBySignal() {
        var copy = new CreateActor(this);
        copy.readiness = new Readiness(true, readiness == null ? null : readiness.http());
        return copy;
    }

    /**
     * Takes the actor for ready when it answers a GET with 2xx. Unless set, it is when its ports are open.
     *
     * @param port the name of one of its HTTP ports
     * @param path from the slash on
     * @return a new request
     */
    public CreateActor readyByHttp(String port, String path) {
        var copy = new CreateActor(this);
        copy.readiness = new Readiness(readiness == null ? null : readiness.signal(), new HttpCheck(port, path));
        return copy;
    }

    /**
     * Has the running actor asked by GET again and again; when it does not answer with 2xx so often in a row, it is killed and
     * counts as crashed.
     *
     * @param port the name of one of its HTTP ports
     * @param path from the slash on
     * @param period from one check to the next, 100 milliseconds to an hour
     * @param failures 1 to 100
     * @return a new request
     * @throws IllegalArgumentException if the period is negative
     */
    public CreateActor liveness(String port, String path, Duration period, int failures) {
        var copy = new CreateActor(this);
        copy.liveness = new Liveness(
                new HttpCheck(port, path), Checks.notNegative("period", period).toMillis(), failures);
        return copy;
    }

    /**
     * Has the actor started again after a crash or the loss of its machine. Otherwise it is destroyed.
     *
     * @return a new request
     */
    public CreateActor durable() {
        var copy = new CreateActor(this);
        copy.durable = true;
        return copy;
    }

    /**
     * Sets the key under which the server knows a repetition of this create: all creates with one key give one actor. Unless
     * set, each call of {@link Actors#create} makes a random one, which covers the repetitions that the client makes by
     * itself; set it to cover those of the caller too.
     *
     * @param key at most 255 characters
     * @return a new request
     */
    public CreateActor idempotencyKey(String key) {
        var copy = new CreateActor(this);
        copy.idempotencyKey = key;
        return copy;
    }

    /**
     * What identifies the request, without the values of variables, which may be secrets.
     *
     * @return for people
     */
    @Override
    public String toString() {
        return "CreateActor[build=%s, tags=%s, key=%s, region=%s, environment=%s, ports=%s]"
                .formatted(build, tags, key, region, environment.keySet(), ports.keySet());
    }

    Optional<String> idempotencyKey() {
        return Optional.ofNullable(idempotencyKey);
    }

    boolean hasKey() {
        return key != null;
    }

    Body body() {
        var wirePorts = new LinkedHashMap<String, WirePort>();
        ports.forEach((name, port) -> wirePorts.put(name, WirePort.of(port)));
        return new Body(
                tags,
                key,
                build instanceof BuildSelector.ById(var id) ? id : null,
                build instanceof BuildSelector.ByTags(var buildTags) ? buildTags : null,
                region,
                new Runtime(environment, endpointType == null ? null : new RuntimeNetwork(endpointType)),
                new Network(hostNetwork ? "host" : null, wirePorts),
                resources,
                new Lifecycle(
                        millis(killTimeout),
                        durable,
                        millis(placementTimeout),
                        millis(startTimeout),
                        readiness,
                        liveness,
                        millis(idleTimeout),
                        upgradePolicy),
                dirQuotaBytes == null ? null : new Storage(new Dir(dirQuotaBytes)));
    }

    private static @Nullable Long millis(@Nullable Duration duration) {
        return duration == null ? null : duration.toMillis();
    }

    private static <V> Map<String, V> with(Map<String, V> map, String key, V value) {
        var more = new LinkedHashMap<>(map);
        more.put(key, value);
        return Map.copyOf(more);
    }

    /** As it goes over the wire. */
    record Body(
            Map<String, String> tags,
            @Nullable String key,
            @Nullable String build,
            @Nullable Map<String, String> buildTags,
            @Nullable String region,
            Runtime runtime,
            Network network,
            @Nullable Resources resources,
            Lifecycle lifecycle,
            @Nullable Storage storage) {}

    record Runtime(
            Map<String, String> environment, @Nullable RuntimeNetwork network) {}

    record RuntimeNetwork(EndpointType endpointType) {}

    record Network(@Nullable String mode, Map<String, WirePort> ports) {}

    record WirePort(PortProtocol protocol, @Nullable Integer internalPort, Map<String, Map<String, Object>> routing) {

        static WirePort of(Port port) {
            Map<String, Map<String, Object>> routing = switch (port.routing()) {
                case GUARD -> Map.of("guard", guard(Map.of(), port));
                case CONNECTION ->
                    Map.of("guard", guard(Map.of("authorization", Map.of("connection", Map.of())), port));
                case HOST -> Map.of("host", Map.of());
            };
            return new WirePort(port.protocol(), port.internalPort(), routing);
        }

        private static Map<String, Object> guard(Map<String, Object> rule, Port port) {
            var guard = new LinkedHashMap<>(rule);
            if (port.hibernates()) {
                guard.put("websocket", Map.of("hibernate", true));
            }
            if (!port.limits().wire().isEmpty()) {
                guard.put("limits", port.limits().wire());
            }
            return guard;
        }
    }

    record Resources(int cpu, int memory) {}

    record Lifecycle(
            @Nullable Long killTimeout,
            boolean durable,
            @Nullable Long placementTimeout,
            @Nullable Long startTimeout,
            @Nullable Readiness readiness,
            @Nullable Liveness liveness,
            @Nullable Long idleTimeout,
            @Nullable UpgradePolicy upgrade) {}

    record Storage(Dir dir) {}

    record Dir(long quotaBytes) {}

    record Readiness(@Nullable Boolean signal, @Nullable HttpCheck http) {}

    record Liveness(HttpCheck http, long period, int failures) {}

    record HttpCheck(String port, String path) {}
}
