package rivet.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rivet.agent.proxy.tls.TlsSettings;
import rivet.protocol.link.ToControlPlane.Location;

class AgentSettingsTest {

    @Test
    void token_is_all_that_must_be_set() {
        var settings = AgentSettings.read(Map.of("RIVET_AGENT_TOKEN", "t"));

        assertThat(settings.proxyUrl(7080)).isEqualTo(URI.create("http://127.0.0.1:7080"));
        assertThat(settings.region()).isEqualTo("local");
        assertThat(settings.controlPlanes()).containsExactly(settings.apiEndpoint());
        assertThat(settings.actorUsers()).isPresent();
    }

    @Test
    void control_planes_are_separated_by_commas_and_actors_use_the_first() {
        var settings = AgentSettings.read(
                Map.of("RIVET_AGENT_TOKEN", "t", "RIVET_CONTROL_PLANE_URL", "http://a:1, https://b:2"));

        assertThat(settings.controlPlanes()).containsExactly(URI.create("http://a:1"), URI.create("https://b:2"));
        assertThat(settings.apiEndpoint()).isEqualTo(URI.create("http://a:1"));
    }

    @Test
    void a_region_may_have_a_place() {
        var settings = AgentSettings.read(Map.of("RIVET_AGENT_TOKEN", "t", "RIVET_REGION_LOCATION", "-33.9, 151.2"));

        assertThat(settings.regionLocation()).contains(new Location(-33.9, 151.2));
        assertThat(AgentSettings.read(Map.of("RIVET_AGENT_TOKEN", "t")).regionLocation())
                .isEmpty();
    }

    @Test
    void tls_is_served_where_there_is_a_folder_of_certificates() {
        var settings = AgentSettings.read(Map.of("RIVET_AGENT_TOKEN", "t", "RIVET_PROXY_TLS_DIR", "/etc/rivet/tls"));

        assertThat(settings.proxyTls()).contains(new TlsSettings(7443, Path.of("/etc/rivet/tls")));
        assertThat(AgentSettings.read(Map.of("RIVET_AGENT_TOKEN", "t")).proxyTls())
                .isEmpty();
    }

    @Test
    void tcp_by_name_needs_certificates() {
        var variables = new HashMap<>(Map.of("RIVET_AGENT_TOKEN", "t", "RIVET_TCP_TLS_PORT", "7444"));
        assertThatThrownBy(() -> AgentSettings.read(variables)).hasMessageContaining("RIVET_PROXY_TLS_DIR");

        variables.put("RIVET_PROXY_TLS_DIR", "/etc/rivet/tls");

        assertThat(AgentSettings.read(variables).proxyTls().flatMap(TlsSettings::tcpPort))
                .contains(7444);
    }

    @ParameterizedTest
    @CsvSource({
        "'', '', localhost",
        "https://127.0.0.1:7443, '', localhost",
        "https://[fd00::5]:7443, '', localhost",
        "https://actors.example.com, '', actors.example.com",
        "https://10.0.0.5, rooms.example.com, rooms.example.com",
    })
    void names_of_actors_end_with_the_name_in_the_url_unless_another_is_set(
            String url, String domain, String expected) {
        var variables = Map.of("RIVET_AGENT_TOKEN", "t", "RIVET_PROXY_URL", url, "RIVET_PROXY_DOMAIN", domain);

        assertThat(AgentSettings.read(variables).proxyDomain()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, '', '', false",
        "127.0.0.1, 10.0.0.5:7081, '', true",
        "127.0.0.1, '', on, true",
        "0.0.0.0, 10.0.0.5:7081, off, false",
        "10.255.255.254, '', '', true",
    })
    void what_leaves_the_machine_between_agents_is_encrypted_unless_another_is_set(
            String host, String address, String tls, boolean expected) {
        var variables = Map.of(
                "RIVET_AGENT_TOKEN", "t", "RIVET_HOP_HOST", host, "RIVET_HOP_ADDRESS", address, "RIVET_HOP_TLS", tls);

        assertThat(AgentSettings.read(variables).hop().encrypts()).isEqualTo(expected);
    }

    @Test
    void token_is_not_printed() {
        assertThat(AgentSettings.read(Map.of("RIVET_AGENT_TOKEN", "hidden")).toString())
                .doesNotContain("hidden");
    }

    @Test
    void missing_token_is_named() {
        assertThatThrownBy(() -> AgentSettings.read(Map.of())).hasMessageContaining("RIVET_AGENT_TOKEN: not set");
    }

    @ParameterizedTest
    @CsvSource({
        "RIVET_PROXY_PORT, 70000",
        "RIVET_PROXY_PORT, x",
        "RIVET_PROXY_DOMAIN, .example.com",
        "RIVET_PROXY_DOMAIN, a b",
        "RIVET_HOP_TLS, maybe",
        "RIVET_ACCESS_LOG, yes",
        "RIVET_ACCESS_LOG, 1.5",
        "RIVET_ACCESS_LOG, NaN",
        "RIVET_CONTROL_PLANE_URL, nowhere",
        "RIVET_CONTROL_PLANE_URL, 'http://a:1,'",
        "RIVET_ACTOR_PORTS, 5-1",
        "RIVET_ACTOR_USERS, 0-10",
        "RIVET_WARM_PROCESSES, -1",
        "RIVET_START_DEADLINE_MS, 0",
        "RIVET_ORPHAN_LIMIT_MS, 0",
        "RIVET_MEMORY_MIB, 0",
        "RIVET_REGION_LOCATION, '50.1'",
        "RIVET_REGION_LOCATION, '91,0'",
        "RIVET_REGION_LOCATION, '0,NaN'",
        "RIVET_REGION_LOCATION, 'a,b'"
    })
    void wrong_value_is_refused_with_what_was_expected(String name, String value) {
        var variables = new HashMap<>(Map.of("RIVET_AGENT_TOKEN", "t"));
        variables.put(name, value);

        assertThatThrownBy(() -> AgentSettings.read(variables))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected");
    }
}
