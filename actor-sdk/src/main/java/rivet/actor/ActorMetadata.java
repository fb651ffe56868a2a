package rivet.actor;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who an actor is. Nothing in it changes while the process lives.
 *
 * @param actor the actor itself
 * @param project whose it is
 * @param environment the part of the project that it lives in
 * @param region where it runs
 * @param cluster the installation of Rivet that runs it
 * @param build what it was started from; after an upgrade, the new build
 * @param network its ports
 */
public record ActorMetadata(
        Self actor,
        Project project,
        Environment environment,
        Region region,
        Cluster cluster,
        Build build,
        Network network) {

    /**
     * The actor itself.
     *
     * @param id a UUID as text; the same across restarts, moves and upgrades
     * @param tags as given at its creation; unmodifiable
     * @param uniqueKey the name that is unique among the live actors of the environment; {@code null} if it has none
     * @param generation counts the actor's starts, from 1; each process of an actor has a higher one than those before
     * @param createdAt when the actor was created, by the server's clock; not when this process was started
     */
    public record Self(
            String id, Map<String, String> tags, @Nullable String uniqueKey, long generation, Instant createdAt) {

        /** Copies the tags. */
        public Self {
            tags = Map.copyOf(tags);
        }

        /**
         * The unique name, for callers that prefer an {@link Optional} to {@link #uniqueKey}.
         *
         * @return empty if the actor was created without one
         */
        public Optional<String> key() {
            return Optional.ofNullable(uniqueKey);
        }
    }

    /**
     * A project.
     *
     * @param id a UUID as text
     * @param slug its name in URLs and commands
     */
    public record Project(String id, String slug) {}

    /**
     * An environment of a project, such as {@code staging}.
     *
     * @param id a UUID as text
     * @param slug its name in URLs and commands
     */
    public record Environment(String id, String slug) {}

    /**
     * A region.
     *
     * @param id its short name, such as {@code fra}
     * @param name as people call it, such as {@code Frankfurt}
     */
    public record Region(String id, String name) {}

    /**
     * An installation of Rivet.
     *
     * @param id a UUID as text
     */
    public record Cluster(String id) {}

    /**
     * A build.
     *
     * @param id a UUID as text
     */
    public record Build(String id) {}

    /**
     * The doors of an actor.
     *
     * @param ports by the name given at its creation; unmodifiable
     */
    public record Network(Map<String, Port> ports) {

        /** Copies the ports. */
        public Network {
            ports = Map.copyOf(ports);
        }
    }

    /**
     * One port.
     *
     * @param protocol {@code http}, {@code https}, {@code tcp}, {@code tcp_tls} or {@code udp}
     * @param number where the actor listens, 1 to 65535
     * @param url how the world reaches it: a URL, and {@code host:port} for {@code tcp}, {@code tcp_tls} and {@code udp};
     *     {@code null} where no one does
     */
    public record Port(
            String protocol, int number, @Nullable String url) {

        /** Checks the number. */
        public Port {
            if (number < 1 || number > 65_535) {
                throw new IllegalArgumentException("port: %d (expected: 1 to 65535)".formatted(number));
            }
        }
    }
}
