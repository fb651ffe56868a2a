package rivet.actor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ActorEnvironmentTest {

    private static final ActorMetadata METADATA = new ActorMetadata(
            new ActorMetadata.Self(
                    "a",
                    Map.of("room", "7", "=&\n", "ä ☃ %", "empty", ""),
                    "room-7",
                    2,
                    Instant.parse("2026-01-31T12:00:00.123456Z")),
            new ActorMetadata.Project("p", "game"),
            new ActorMetadata.Environment("e", "staging"),
            new ActorMetadata.Region("fra", "Frankfurt am Main"),
            new ActorMetadata.Cluster("c"),
            new ActorMetadata.Build("b"),
            new ActorMetadata.Network(Map.of(
                    "game-server", new ActorMetadata.Port("udp", 4711, "127.0.0.1:26000"),
                    "http", new ActorMetadata.Port("http", 8080, "http://127.0.0.1:7080/a-http"))));

    @Test
    void what_is_written_is_what_is_read() {
        var variables = ActorEnvironment.write(METADATA, Duration.ofSeconds(5));

        assertThat(ActorEnvironment.read(variables)).isEqualTo(METADATA);
        assertThat(ActorEnvironment.grace(variables)).isEqualTo(Duration.ofSeconds(5));
    }

    /** Programs in other languages read these too: names and forms are added to, never changed. */
    @Test
    void the_variables_are_as_documented() {
        assertThat(ActorEnvironment.write(METADATA, Duration.ofSeconds(5)))
                .containsOnly(
                        Map.entry("RIVET_ACTOR_ID", "a"),
                        Map.entry("RIVET_ACTOR_KEY", "room-7"),
                        Map.entry("RIVET_ACTOR_TAGS", "%3D%26%0A=%C3%A4+%E2%98%83+%25&empty=&room=7"),
                        Map.entry("RIVET_ACTOR_GENERATION", "2"),
                        Map.entry("RIVET_ACTOR_CREATED_AT", "2026-01-31T12:00:00.123456Z"),
                        Map.entry("RIVET_PROJECT_ID", "p"),
                        Map.entry("RIVET_PROJECT_SLUG", "game"),
                        Map.entry("RIVET_ENVIRONMENT_ID", "e"),
                        Map.entry("RIVET_ENVIRONMENT_SLUG", "staging"),
                        Map.entry("RIVET_REGION", "fra"),
                        Map.entry("RIVET_REGION_NAME", "Frankfurt am Main"),
                        Map.entry("RIVET_CLUSTER_ID", "c"),
                        Map.entry("RIVET_BUILD_ID", "b"),
                        Map.entry("RIVET_KILL_TIMEOUT_MS", "5000"),
                        Map.entry("RIVET_PORTS", "game-server=udp&http=http"),
                        Map.entry("PORT_GAME_SERVER", "4711"),
                        Map.entry("PORT_HTTP", "8080"),
                        Map.entry("RIVET_URL_GAME_SERVER", "127.0.0.1:26000"),
                        Map.entry("RIVET_URL_HTTP", "http://127.0.0.1:7080/a-http"));
    }

    @Test
    void an_actor_without_tags_ports_and_key_is_one_too() {
        var bare = new ActorMetadata(
                new ActorMetadata.Self("a", Map.of(), null, 1, Instant.EPOCH),
                METADATA.project(),
                METADATA.environment(),
                METADATA.region(),
                METADATA.cluster(),
                METADATA.build(),
                new ActorMetadata.Network(Map.of()));

        var read = ActorEnvironment.read(ActorEnvironment.write(bare, Duration.ZERO));

        assertThat(read).isEqualTo(bare);
        assertThat(read.actor().key()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "RIVET_ACTOR_GENERATION, x, a whole number",
        "RIVET_ACTOR_CREATED_AT, yesterday, a time",
        "PORT_HTTP, 0, 1 to 65535",
        "PORT_HTTP, http, 1 to 65535",
        "RIVET_KILL_TIMEOUT_MS, -1, not negative",
        "RIVET_ACTOR_TAGS, a=%zz, a form"
    })
    void a_variable_that_cannot_be_understood_is_named(String name, String value, String expected) {
        var variables = new HashMap<>(ActorEnvironment.write(METADATA, Duration.ZERO));
        variables.put(name, value);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> {
                    ActorEnvironment.read(variables);
                    ActorEnvironment.grace(variables);
                })
                .withMessageContainingAll(name, value, expected);
    }
}
