package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

@PostgresTest
class RateLimitedApiTest {

    private static final String ACTORS = "/actors?project=default&environment=default";

    @Test
    void a_token_shown_too_often_is_told_when_to_come_back_and_others_are_not_held_up(TestDatabase database) {
        var properties = PrivateApi.properties(database, "rivet.auth.requests-per-minute", 6);
        try (var controlPlane = ControlPlane.start(properties);
                var api = new Api(controlPlane.uri())) {
            var admin = new PrivateApi(api, PrivateApi.BOOTSTRAP);
            var other = admin.as(admin.issue("default/default", "read"));
            for (var i = 0; i < 5; i++) {
                assertThat(admin.get(ACTORS).status()).isEqualTo(200);
            }

            var refused = admin.get(ACTORS);

            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.code()).isEqualTo("API_RATE_LIMIT");
            assertThat(refused.raw().headers().firstValue("retry-after").map(Integer::valueOf))
                    .hasValueSatisfying(seconds -> assertThat(seconds).isBetween(1, 10));
            assertThat(other.get(ACTORS).status()).isEqualTo(200);
        }
    }

    @Test
    void by_default_there_is_no_limit(TestDatabase database) {
        try (var controlPlane = ControlPlane.start(PrivateApi.properties(database));
                var api = new Api(controlPlane.uri())) {
            var admin = new PrivateApi(api, PrivateApi.BOOTSTRAP);
            for (var i = 0; i < 200; i++) {
                assertThat(admin.get(ACTORS).status()).isEqualTo(200);
            }
        }
    }
}
