package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.HashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rivet.protocol.AgentId;
import rivet.protocol.link.ToControlPlane;
import rivet.protocol.link.ToControlPlane.Capacity;
import rivet.protocol.link.ToControlPlane.Hello;
import rivet.protocol.link.ToControlPlane.Location;

/** Of four regions three have room, one is full, and one more has no agent at all. */
@PostgresTest
class RegionsTest {

    private static ControlPlane server;
    private static Api api;
    private static List<SimulatedAgent> agents;

    @BeforeAll
    static void start(TestDatabase database) {
        var settings = new HashMap<String, Object>(database.properties());
        settings.put("rivet.api.port", 0);
        settings.put("rivet.agents.token", SimulatedAgent.TOKEN);
        settings.put("rivet.agents.fresh", "10m"); // these agents send no heartbeats
        settings.put("rivet.regions.default", "absent");
        server = ControlPlane.start(settings);
        api = new Api(server.uri());
        agents = List.of(
                joined("sin", 1000, new Location(1.3644, 103.9915)),
                joined("fra", 1000, new Location(50.0379, 8.5622)),
                joined("somewhere", 1000, null),
                joined("lax", 100, new Location(33.9416, -118.4085)));
    }

    @AfterAll
    static void stop() {
        agents.forEach(SimulatedAgent::close);
        api.close();
        server.close();
    }

    private static SimulatedAgent joined(String region, int millicores, @Nullable Location location) {
        var id = AgentId.random();
        var agent = SimulatedAgent.connect(server.uri(), id);
        agent.say(new Hello(
                id,
                ToControlPlane.PROTOCOL,
                "0.1.0",
                region,
                "http://127.0.0.1:7080",
                new Capacity(millicores, 1000),
                List.of(),
                location));
        await().until(() -> agent.last() != null);
        return agent;
    }

    private static List<String> listed(String query) {
        return Api.require(api.get("/regions" + query))
                .body()
                .path("regions")
                .valueStream()
                .map(region -> region.path("id").asString())
                .toList();
    }

    private static String recommended(String query) {
        var region = Api.require(api.get("/regions/recommend" + query)).body().path("region");
        assertThat(region.path("name").asString()).isNotEmpty();
        return region.path("id").asString();
    }

    @Test
    void those_with_room_come_first_then_the_full_then_the_empty() {
        assertThat(listed("")).containsExactly("fra", "sin", "somewhere", "lax", "absent");
        assertThat(recommended("")).isEqualTo("fra");
    }

    @Test
    void the_nearer_comes_first_among_those_with_room_and_the_unknown_last_among_them() {
        assertThat(listed("?lat=-33.9&long=151.2")).containsExactly("sin", "fra", "somewhere", "lax", "absent");
        assertThat(recommended("?lat=-33.9&long=151.2")).isEqualTo("sin");
        assertThat(recommended("?lat=48.1&long=11.6")).isEqualTo("fra");
        assertThat(recommended("?lat=34&long=-118"))
                .as("full, so not recommended")
                .isEqualTo("fra");
    }

    @Test
    void the_older_path_answers_the_same() {
        assertThat(api.get("/regions/resolve?lat=-33.9&long=151.2")
                        .body()
                        .at("/region/id")
                        .asString())
                .isEqualTo("sin");
    }

    @ParameterizedTest
    @CsvSource({
        "lat=1,             long",
        "long=1,            lat",
        "lat=91&long=0,     lat",
        "lat=0&long=-180.5, long",
        "lat=NaN&long=0,    lat",
        "lat=x&long=0,      lat"
    })
    void a_place_that_is_none_is_refused(String query, String field) {
        var answer = api.get("/regions/recommend?" + query);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("API_BAD_QUERY_PARAMETER");
        assertThat(answer.field()).isEqualTo(field);
    }

    @Test
    void a_region_keeps_its_place_when_an_agent_joins_that_does_not_say_it() {
        try (var _ = joined("sin", 0, null)) {
            assertThat(recommended("?lat=-33.9&long=151.2")).isEqualTo("sin");
        }
    }
}
