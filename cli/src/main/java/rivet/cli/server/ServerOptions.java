package rivet.cli.server;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Surroundings;

/** Which control plane a command talks to, from its options and the environment. */
public final class ServerOptions {

    public static final String DEFAULT_ENDPOINT = "http://127.0.0.1:6420";
    private static final String DEFAULT_SLUG = "default";

    private final Surroundings surroundings;

    @Option(
            names = "--endpoint",
            paramLabel = "URL",
            description =
                    "The control plane (RIVET_ENDPOINT; else the one logged in to; else " + DEFAULT_ENDPOINT + ").")
    private @Nullable String endpoint;

    @Option(
            names = "--project",
            paramLabel = "SLUG",
            description = "The project (RIVET_PROJECT; else the selected one; else default).")
    private @Nullable String project;

    @Option(
            names = {"-e", "--environment"},
            paramLabel = "SLUG",
            description = "The environment (RIVET_ENVIRONMENT; else the selected one; else default).")
    private @Nullable String environment;

    public ServerOptions(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    public ControlPlaneClient connect() {
        return connect(endpoint());
    }

    public ControlPlaneClient connect(URI endpoint) {
        return connect(endpoint, token(endpoint).orElse(null));
    }

    public ControlPlaneClient connect(URI endpoint, @Nullable String token) {
        return new ControlPlaneClient(
                new Transport(endpoint, token, tenancy(endpoint), surroundings.command() + " dev"));
    }

    /** Of the options, the environment, and the last login; in this order. */
    public URI endpoint() {
        return endpointIfChosen()
                .or(() -> Optional.ofNullable(stored().endpoint()).map(ServerOptions::parseEndpoint))
                .orElse(URI.create(DEFAULT_ENDPOINT));
    }

    /** Of the options and the environment, which speak of this command and not of all. */
    public Optional<URI> endpointIfChosen() {
        return chosen(endpoint, "RIVET_ENDPOINT").map(ServerOptions::parseEndpoint);
    }

    public String project() {
        return project(endpoint()).orElse(DEFAULT_SLUG);
    }

    public String environment() {
        return environment(endpoint()).orElse(DEFAULT_SLUG);
    }

    /** The server takes both slugs or neither. */
    private Map<String, String> tenancy(URI endpoint) {
        var chosenProject = project(endpoint);
        var chosenEnvironment = environment(endpoint);
        var query = new LinkedHashMap<String, String>();
        if (chosenProject.isPresent() || chosenEnvironment.isPresent()) {
            query.put("project", chosenProject.orElse(DEFAULT_SLUG));
            query.put("environment", chosenEnvironment.orElse(DEFAULT_SLUG));
        }
        return query;
    }

    private Optional<String> token(URI endpoint) {
        return surroundings
                .variable("RIVET_TOKEN")
                .or(() -> surroundings.variable("RIVET_CLOUD_TOKEN"))
                .or(() -> stored(endpoint).map(StoredSettings::token));
    }

    private Optional<String> project(URI endpoint) {
        return chosen(project, "RIVET_PROJECT").or(() -> stored(endpoint).map(StoredSettings::project));
    }

    private Optional<String> environment(URI endpoint) {
        return chosen(environment, "RIVET_ENVIRONMENT")
                .or(() -> stored(endpoint).map(StoredSettings::environment));
    }

    private Optional<String> chosen(@Nullable String option, String variable) {
        return Optional.ofNullable(option).or(() -> surroundings.variable(variable));
    }

    /** What is stored for one server is no other one's business. */
    private Optional<StoredSettings> stored(URI endpoint) {
        return Optional.of(stored()).filter(settings -> endpoint.toString().equals(settings.endpoint()));
    }

    private StoredSettings stored() {
        return StoredSettings.read(surroundings);
    }

    private static URI parseEndpoint(String text) {
        try {
            var uri = URI.create(text);
            if (("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())) && uri.getHost() != null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // told below, with what was expected
        }
        throw Failure.badInput(
                "BAD_ENDPOINT", "endpoint: '%s' (expected: a URL such as %s)".formatted(text, DEFAULT_ENDPOINT));
    }
}
