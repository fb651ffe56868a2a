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
            description = "The control plane (RIVET_ENDPOINT; else " + DEFAULT_ENDPOINT + ").")
    private @Nullable String endpoint;

    @Option(names = "--project", paramLabel = "SLUG", description = "The project (RIVET_PROJECT; else default).")
    private @Nullable String project;

    @Option(
            names = {"-e", "--environment"},
            paramLabel = "SLUG",
            description = "The environment (RIVET_ENVIRONMENT; else default).")
    private @Nullable String environment;

    public ServerOptions(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    public ControlPlaneClient connect() {
        return connect(endpoint());
    }

    public ControlPlaneClient connect(URI endpoint) {
        var token = surroundings.variable("RIVET_TOKEN").or(() -> surroundings.variable("RIVET_CLOUD_TOKEN"));
        return new ControlPlaneClient(
                new Transport(endpoint, token.orElse(null), tenancy(), surroundings.command() + " dev"));
    }

    public URI endpoint() {
        return endpointIfChosen().orElse(URI.create(DEFAULT_ENDPOINT));
    }

    public Optional<URI> endpointIfChosen() {
        return chosen(endpoint, "RIVET_ENDPOINT").map(ServerOptions::parseEndpoint);
    }

    /** The server takes both slugs or neither. */
    private Map<String, String> tenancy() {
        var chosenProject = chosen(project, "RIVET_PROJECT");
        var chosenEnvironment = chosen(environment, "RIVET_ENVIRONMENT");
        var query = new LinkedHashMap<String, String>();
        if (chosenProject.isPresent() || chosenEnvironment.isPresent()) {
            query.put("project", chosenProject.orElse(DEFAULT_SLUG));
            query.put("environment", chosenEnvironment.orElse(DEFAULT_SLUG));
        }
        return query;
    }

    private Optional<String> chosen(@Nullable String option, String variable) {
        return Optional.ofNullable(option).or(() -> surroundings.variable(variable));
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
