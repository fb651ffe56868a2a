package rivet.actor;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The environment variables by which an agent tells a process which actor it is: the contract between the two, and the
 * same for actors in all languages.
 *
 * <table>
 * <caption>The variables; all are present unless noted</caption>
 * <tr><th>name</th><th>value</th></tr>
 * <tr><td>{@code RIVET_ACTOR_ID}</td><td>UUID</td></tr>
 * <tr><td>{@code RIVET_ACTOR_KEY}</td><td>the actor's unique key; absent if it has none</td></tr>
 * <tr><td>{@code RIVET_ACTOR_TAGS}</td><td>a form</td></tr>
 * <tr><td>{@code RIVET_ACTOR_GENERATION}</td><td>a whole number, from 1</td></tr>
 * <tr><td>{@code RIVET_ACTOR_CREATED_AT}</td><td>RFC 3339, such as {@code 2026-01-31T12:00:00Z}</td></tr>
 * <tr><td>{@code RIVET_PROJECT_ID}, {@code RIVET_PROJECT_SLUG}</td><td>UUID, slug</td></tr>
 * <tr><td>{@code RIVET_ENVIRONMENT_ID}, {@code RIVET_ENVIRONMENT_SLUG}</td><td>UUID, slug</td></tr>
 * <tr><td>{@code RIVET_REGION}, {@code RIVET_REGION_NAME}</td><td>such as {@code fra}, {@code Frankfurt}</td></tr>
 * <tr><td>{@code RIVET_CLUSTER_ID}</td><td>UUID</td></tr>
 * <tr><td>{@code RIVET_BUILD_ID}</td><td>UUID</td></tr>
 * <tr><td>{@code RIVET_KILL_TIMEOUT_MS}</td><td>from the termination signal to the kill, in milliseconds</td></tr>
 * <tr><td>{@code RIVET_KV_SOCKET}</td><td>the path of the socket of the actor's store</td></tr>
 * <tr><td>{@code RIVET_DIR}</td><td>the path of the actor's own directory; absent if it has none</td></tr>
 * <tr><td>{@code RIVET_PORTS}</td><td>a form: name to protocol</td></tr>
 * <tr><td>{@code PORT_<NAME>}</td><td>for each port: the number to listen on</td></tr>
 * <tr><td>{@code RIVET_URL_<NAME>}</td><td>for each port that the world reaches: its URL</td></tr>
 * </table>
 *
 * <p>{@code <NAME>} is the port's name in capitals, with {@code _} for each {@code -}. <i>A form</i> is what a browser
 * sends for one: {@code room=7&greeting=hello+world}, that is {@code application/x-www-form-urlencoded} in UTF-8. Single
 * variables rather than one JSON text, because the JDK reads no JSON, and a shell script should not have to.
 *
 * <p>Authors read {@link ActorContext#metadata()} instead.
 */
public final class ActorEnvironment {

    /** Added by the agent when it knows where the process will be. */
    static final String KV_SOCKET = "RIVET_KV_SOCKET";

    static final String DIR = "RIVET_DIR";

    private static final String ACTOR_ID = "RIVET_ACTOR_ID";
    private static final String ACTOR_KEY = "RIVET_ACTOR_KEY";
    private static final String ACTOR_TAGS = "RIVET_ACTOR_TAGS";
    private static final String ACTOR_GENERATION = "RIVET_ACTOR_GENERATION";
    private static final String ACTOR_CREATED_AT = "RIVET_ACTOR_CREATED_AT";
    private static final String PROJECT_ID = "RIVET_PROJECT_ID";
    private static final String PROJECT_SLUG = "RIVET_PROJECT_SLUG";
    private static final String ENVIRONMENT_ID = "RIVET_ENVIRONMENT_ID";
    private static final String ENVIRONMENT_SLUG = "RIVET_ENVIRONMENT_SLUG";
    private static final String REGION = "RIVET_REGION";
    private static final String REGION_NAME = "RIVET_REGION_NAME";
    private static final String CLUSTER_ID = "RIVET_CLUSTER_ID";
    private static final String BUILD_ID = "RIVET_BUILD_ID";
    private static final String KILL_TIMEOUT_MS = "RIVET_KILL_TIMEOUT_MS";
    private static final String PORTS = "RIVET_PORTS";

    private ActorEnvironment() {}

    /**
     * The variable that holds the number of a port.
     *
     * @param port the port's name, such as {@code game-server}
     * @return such as {@code PORT_GAME_SERVER}
     */
    public static String portVariable(String port) {
        return "PORT_" + inCapitals(port);
    }

    /**
     * Writes the variables: the agent's half.
     *
     * @param metadata who the actor is
     * @param grace from the termination signal to the kill; what is less than a millisecond is dropped
     * @return the variables by name, to be added to those of the author, over which they win
     */
    public static Map<String, String> write(ActorMetadata metadata, Duration grace) {
        var variables = new TreeMap<String, String>();
        variables.put(ACTOR_ID, metadata.actor().id());
        metadata.actor().key().ifPresent(key -> variables.put(ACTOR_KEY, key));
        variables.put(ACTOR_TAGS, form(metadata.actor().tags()));
        variables.put(ACTOR_GENERATION, Long.toString(metadata.actor().generation()));
        variables.put(ACTOR_CREATED_AT, metadata.actor().createdAt().toString());
        variables.put(PROJECT_ID, metadata.project().id());
        variables.put(PROJECT_SLUG, metadata.project().slug());
        variables.put(ENVIRONMENT_ID, metadata.environment().id());
        variables.put(ENVIRONMENT_SLUG, metadata.environment().slug());
        variables.put(REGION, metadata.region().id());
        variables.put(REGION_NAME, metadata.region().name());
        variables.put(CLUSTER_ID, metadata.cluster().id());
        variables.put(BUILD_ID, metadata.build().id());
        variables.put(KILL_TIMEOUT_MS, Long.toString(grace.toMillis()));
        writePorts(metadata.network().ports(), variables);
        return variables;
    }

    /**
     * Reads the variables: the actor's half.
     *
     * @param variables an environment, such as {@link System#getenv()}
     * @return who the actor is
     * @throws IllegalArgumentException if a variable is missing or cannot be understood; the message names it
     */
    public static ActorMetadata read(Map<String, String> variables) {
        return new ActorMetadata(
                new ActorMetadata.Self(
                        present(variables, ACTOR_ID),
                        parsed(variables, ACTOR_TAGS, ActorEnvironment::fields, "a form"),
                        variables.get(ACTOR_KEY),
                        parsed(variables, ACTOR_GENERATION, Long::parseLong, "a whole number"),
                        parsed(variables, ACTOR_CREATED_AT, Instant::parse, "a time such as 2026-01-31T12:00:00Z")),
                new ActorMetadata.Project(present(variables, PROJECT_ID), present(variables, PROJECT_SLUG)),
                new ActorMetadata.Environment(present(variables, ENVIRONMENT_ID), present(variables, ENVIRONMENT_SLUG)),
                new ActorMetadata.Region(present(variables, REGION), present(variables, REGION_NAME)),
                new ActorMetadata.Cluster(present(variables, CLUSTER_ID)),
                new ActorMetadata.Build(present(variables, BUILD_ID)),
                new ActorMetadata.Network(readPorts(variables)));
    }

    /**
     * Reads how long the actor has between the termination signal and the kill.
     *
     * @param variables an environment, such as {@link System#getenv()}
     * @return not negative
     * @throws IllegalArgumentException if the variable is missing, not a number or negative
     */
    public static Duration grace(Map<String, String> variables) {
        return parsed(variables, KILL_TIMEOUT_MS, ActorEnvironment::milliseconds, "milliseconds, not negative");
    }

    private static void writePorts(Map<String, ActorMetadata.Port> ports, Map<String, String> variables) {
        var protocols = new TreeMap<String, String>();
        ports.forEach((name, port) -> {
            protocols.put(name, port.protocol());
            variables.put(portVariable(name), Integer.toString(port.number()));
            if (port.url() != null) {
                variables.put(urlVariable(name), port.url());
            }
        });
        variables.put(PORTS, form(protocols));
    }

    private static Map<String, ActorMetadata.Port> readPorts(Map<String, String> variables) {
        var ports = new LinkedHashMap<String, ActorMetadata.Port>();
        parsed(variables, PORTS, ActorEnvironment::fields, "a form").forEach((name, protocol) -> {
            int number = parsed(variables, portVariable(name), ActorEnvironment::portNumber, "1 to 65535");
            ports.put(name, new ActorMetadata.Port(protocol, number, variables.get(urlVariable(name))));
        });
        return ports;
    }

    private static String urlVariable(String port) {
        return "RIVET_URL_" + inCapitals(port);
    }

    private static String inCapitals(String port) {
        return port.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private static Duration milliseconds(String text) {
        long milliseconds = Long.parseLong(text);
        if (milliseconds < 0) {
            throw new IllegalArgumentException("negative");
        }
        return Duration.ofMillis(milliseconds);
    }

    private static String form(Map<String, String> fields) {
        return new TreeMap<>(fields)
                .entrySet().stream()
                        .map(field -> encoded(field.getKey()) + "=" + encoded(field.getValue()))
                        .collect(Collectors.joining("&"));
    }

    private static Map<String, String> fields(String form) {
        var fields = new LinkedHashMap<String, String>();
        for (var field : form.split("&", -1)) {
            int equals = field.indexOf('=');
            if (equals >= 0) {
                fields.put(decoded(field.substring(0, equals)), decoded(field.substring(equals + 1)));
            }
        }
        return fields;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static String present(Map<String, String> variables, String name) {
        var value = variables.get(name);
        if (value == null) {
            throw new IllegalArgumentException(name + ": missing (expected: set by the agent that starts the actor)");
        }
        return value;
    }

    private static <T> T parsed(
            Map<String, String> variables, String name, Function<String, T> parser, String expected) {
        var value = present(variables, name);
        try {
            return parser.apply(value);
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new IllegalArgumentException("%s: '%s' (expected: %s)".formatted(name, value, expected), e);
        }
    }

    private static int portNumber(String text) {
        int number = Integer.parseInt(text);
        if (number < 1 || number > 65_535) {
            throw new IllegalArgumentException("out of range");
        }
        return number;
    }
}
