package rivet.controlplane.actor;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import rivet.controlplane.agent.Regions;
import rivet.controlplane.agent.Reservation;
import rivet.controlplane.build.Build;
import rivet.controlplane.web.Problem;
import rivet.controlplane.web.Texts;
import rivet.protocol.BuildKind;
import rivet.protocol.PortGuard;
import rivet.protocol.api.CreateActorRequest;

/** What a request for an actor must be like. Each refusal names the field; nothing is changed before all has passed. */
@Component
final class ActorChecks {

    static final long LONGEST_GRACE_MS = 7_200_000;

    private static final long LONGEST_WAIT_MS = 86_400_000;
    private static final long SHORTEST_IDLE_MS = 1_000;
    private static final long SMALLEST_DIR_BYTES = 1 << 20;

    /** Checkpoints live in Postgres, which is backed up and copied whole. */
    private static final long LARGEST_DIR_BYTES = 1 << 30;

    private static final Reservation DEFAULT_RESOURCES = new Reservation(250, 256);
    static final int LONGEST_KEY = 256;
    private static final int MOST_TAGS = 8;
    private static final int LONGEST_TAG_KEY = 32;
    private static final int LONGEST_VALUE = 1024;
    private static final int MOST_VARIABLES = 64;
    private static final int LONGEST_VARIABLE_KEY = 256;
    private static final int MOST_MILLICORES = 1_000_000;
    private static final int MOST_MIB = 16 << 20;

    private final Regions regions;
    private final ActorSettings settings;
    private final OidcSettings oidc;

    ActorChecks(Regions regions, ActorSettings settings, OidcSettings oidc) {
        this.regions = regions;
        this.settings = settings;
        this.oidc = oidc;
    }

    ActorDraft check(CreateActorRequest request, Build build) {
        var tags = tags(request.tags());
        var network = request.network();
        var mode = PortChecks.mode(network == null ? null : network.mode());
        var ports = PortChecks.ports(network == null ? null : network.ports(), mode, build.kind());
        var setup = new ActorSetup(
                key(request.key()),
                environment(request.runtime()),
                mode,
                ports,
                endpoint(request.runtime()),
                grace(request.lifecycle()),
                durable(request.lifecycle()),
                placementTimeout(request.lifecycle()),
                HealthChecks.read(request.lifecycle(), ports),
                idleTimeout(request.lifecycle(), ports),
                dirQuota(request.storage()),
                upgrade(request.lifecycle()));
        setup.ports().forEach(this::requireKnownIssuer);
        var resources = resources(request.resources(), build.kind());
        return new ActorDraft(build.id(), tags, regions.choose(request.region()), setup, resources);
    }

    private void requireKnownIssuer(String name, ActorSetup.Port port) {
        if (port.guard() instanceof PortGuard.Oidc(var issuer, var _) && !oidc.knows(issuer)) {
            throw Problem.badField(
                    "network.ports.%s.routing.guard.authorization.oidc.issuer".formatted(name),
                    issuer,
                    "one of those that the operator has set in rivet.oidc.issuers");
        }
    }

    static @Nullable String key(@Nullable String key) {
        return key == null ? null : requireKey(key);
    }

    static String requireKey(@Nullable String key) {
        if (key == null || !fits(key, 1, LONGEST_KEY)) {
            throw Problem.badField("key", key, "a text of 1 to %d bytes".formatted(LONGEST_KEY));
        }
        return key;
    }

    static Map<String, String> tags(@Nullable Map<String, String> tags) {
        if (tags == null) {
            throw Problem.badField("tags", null, "an object of texts; it may be empty");
        }
        if (tags.size() > MOST_TAGS) {
            throw Problem.badField("tags", tags.size() + " of them", "at most %d".formatted(MOST_TAGS));
        }
        tags.forEach((key, value) -> {
            if (!fits(key, 1, LONGEST_TAG_KEY)) {
                throw Problem.badField("tags", key, "keys of 1 to %d bytes".formatted(LONGEST_TAG_KEY));
            }
            if (!fits(value, 1, LONGEST_VALUE)) {
                throw Problem.badField("tags." + key, value, "a text of 1 to %d bytes".formatted(LONGEST_VALUE));
            }
        });
        return new TreeMap<>(tags);
    }

    /** @param wrong who to blame, given what came and what was expected */
    static @Nullable Duration overrideGrace(@Nullable Long ms, BiFunction<Long, String, Problem> wrong) {
        if (ms == null) {
            return null;
        }
        if (ms < 0 || ms >= LONGEST_GRACE_MS) {
            throw wrong.apply(ms, "0 to %d milliseconds".formatted(LONGEST_GRACE_MS - 1));
        }
        return Duration.ofMillis(ms);
    }

    private static Map<String, String> environment(CreateActorRequest.@Nullable Runtime runtime) {
        if (runtime != null && runtime.arguments() != null) {
            throw Problem.badField("runtime.arguments", "given", "none; use runtime.environment");
        }
        var given = runtime == null ? null : runtime.environment();
        if (given == null) {
            return Map.of();
        }
        if (given.size() > MOST_VARIABLES) {
            throw Problem.badField(
                    "runtime.environment", given.size() + " of them", "at most %d".formatted(MOST_VARIABLES));
        }
        given.forEach((key, value) -> {
            if (!fits(key, 1, LONGEST_VARIABLE_KEY) || key.indexOf('=') >= 0) {
                throw Problem.badField(
                        "runtime.environment", key, "names of 1 to %d bytes without =".formatted(LONGEST_VARIABLE_KEY));
            }
            if (!fits(value, 0, LONGEST_VALUE)) {
                // The value may be a secret, so it is not repeated.
                throw Problem.badField(
                        "runtime.environment." + key,
                        "not shown",
                        "a text of at most %d bytes".formatted(LONGEST_VALUE));
            }
        });
        return new TreeMap<>(given);
    }

    private static ActorSetup.EndpointType endpoint(CreateActorRequest.@Nullable Runtime runtime) {
        var network = runtime == null ? null : runtime.network();
        var type = network == null ? null : network.endpointType();
        return PortChecks.endpoint(type, null, "runtime.network.endpoint_type");
    }

    private Duration grace(CreateActorRequest.@Nullable Lifecycle lifecycle) {
        var ms = lifecycle == null ? null : lifecycle.killTimeout();
        if (ms == null) {
            return settings.defaultKillTimeout();
        }
        if (ms < 0 || ms > LONGEST_GRACE_MS) {
            throw Problem.badField("lifecycle.kill_timeout", ms, "0 to %d milliseconds".formatted(LONGEST_GRACE_MS));
        }
        return Duration.ofMillis(ms);
    }

    private static @Nullable Duration placementTimeout(CreateActorRequest.@Nullable Lifecycle lifecycle) {
        var ms = lifecycle == null ? null : lifecycle.placementTimeout();
        if (ms == null) {
            return null;
        }
        if (ms < 0 || ms > LONGEST_WAIT_MS) {
            throw Problem.badField(
                    "lifecycle.placement_timeout",
                    ms,
                    "0 to %d milliseconds, or none to wait as long as it takes".formatted(LONGEST_WAIT_MS));
        }
        return Duration.ofMillis(ms);
    }

    private static @Nullable Duration idleTimeout(
            CreateActorRequest.@Nullable Lifecycle lifecycle, Map<String, ActorSetup.Port> ports) {
        var ms = lifecycle == null ? null : lifecycle.idleTimeout();
        if (ms == null) {
            return null;
        }
        if (ms < SHORTEST_IDLE_MS || ms > LONGEST_WAIT_MS) {
            throw Problem.badField(
                    "lifecycle.idle_timeout",
                    ms,
                    "%d to %d milliseconds, or none to stay awake".formatted(SHORTEST_IDLE_MS, LONGEST_WAIT_MS));
        }
        if (ports.isEmpty()) {
            throw Problem.badField(
                    "lifecycle.idle_timeout", ms, "none for an actor without ports, which nobody can use");
        }
        return Duration.ofMillis(ms);
    }

    private static @Nullable Long dirQuota(CreateActorRequest.@Nullable Storage storage) {
        if (storage == null || storage.dir() == null) {
            return null;
        }
        var bytes = storage.dir().quotaBytes();
        if (bytes == null || bytes < SMALLEST_DIR_BYTES || bytes > LARGEST_DIR_BYTES) {
            throw Problem.badField(
                    "storage.dir.quota_bytes",
                    bytes,
                    "%d to %d bytes".formatted(SMALLEST_DIR_BYTES, LARGEST_DIR_BYTES));
        }
        return bytes;
    }

    private static @Nullable UpgradePolicy upgrade(CreateActorRequest.@Nullable Lifecycle lifecycle) {
        return UpgradeChecks.read("lifecycle.upgrade.", lifecycle == null ? null : lifecycle.upgrade());
    }

    private static boolean durable(CreateActorRequest.@Nullable Lifecycle lifecycle) {
        return lifecycle != null && Boolean.TRUE.equals(lifecycle.durable());
    }

    private static Reservation resources(CreateActorRequest.@Nullable Resources resources, BuildKind kind) {
        if (resources == null) {
            return DEFAULT_RESOURCES;
        }
        if (kind == BuildKind.JAVASCRIPT) {
            throw Problem.badField("resources", "given", "none for a javascript build, whose resources are fixed");
        }
        return new Reservation(
                within("resources.cpu", resources.cpu(), MOST_MILLICORES, "millicores"),
                within("resources.memory", resources.memory(), MOST_MIB, "MiB"));
    }

    private static int within(String field, @Nullable Integer value, int most, String unit) {
        if (value == null || value < 1 || value > most) {
            throw Problem.badField(field, value, "1 to %d %s".formatted(most, unit));
        }
        return value;
    }

    static boolean fits(@Nullable String text, int shortest, int longest) {
        return text != null && Texts.bytes(text) >= shortest && Texts.bytes(text) <= longest && Texts.storable(text);
    }
}
