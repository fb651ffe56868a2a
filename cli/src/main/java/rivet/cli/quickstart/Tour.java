package rivet.cli.quickstart;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import rivet.cli.actor.Destruction;
import rivet.cli.deploy.Deployment;
import rivet.cli.project.ProjectFile;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Output;
import rivet.cli.terminal.Pause;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.ActorId;
import rivet.protocol.api.ActorView;
import rivet.protocol.api.CreateActorRequest;

/** Deploys the example, creates an actor of it and waits for its first reply. */
final class Tour {

    private static final String EXAMPLE = "counter";
    private static final String PORT = "http";

    /** The first actor ever also waits for its runtime to be installed. */
    private static final Duration REPLY_DEADLINE = Duration.ofMinutes(2);

    private static final Duration INTERVAL = Duration.ofMillis(100);
    private static final Duration REQUEST_DEADLINE = Duration.ofSeconds(20);

    private final ControlPlaneClient server;
    private final Surroundings surroundings;
    private final Output output;

    Tour(ControlPlaneClient server, Surroundings surroundings, Output output) {
        this.server = server;
        this.surroundings = surroundings;
        this.output = output;
    }

    /** @param id of the actor @param build its id @param reply the body, as it came */
    record Shown(String id, String url, String region, String build, String reply) {}

    Shown createAndCall(Cleanup cleanup) {
        var project = ProjectFile.find(surroundings.home().resolve("examples").resolve(EXAMPLE));
        var deployed = new Deployment(server, surroundings, output)
                .deploy(project, project.builds(), "quickstart", Map.of())
                .getFirst();
        output.progress("creating an actor…");
        var actor = server.createActor(request(deployed.id()));
        var id = ActorId.parse(actor.id());
        cleanup.add(() -> destroy(id));
        var url = url(actor);
        output.progress("waiting for %s to reply…".formatted(url));
        var reply = awaitReply(id, url);
        return new Shown(actor.id(), url, actor.region(), deployed.id(), reply);
    }

    private static CreateActorRequest request(String build) {
        return new CreateActorRequest(
                Map.of("name", EXAMPLE, "made-by", "quickstart"),
                null,
                build,
                null,
                null,
                null,
                new CreateActorRequest.Network(
                        null, Map.of(PORT, new CreateActorRequest.Port("http", null, null)), null),
                null,
                null,
                null);
    }

    private static String url(ActorView actor) {
        return Optional.ofNullable(actor.network().ports().get(PORT))
                .map(ActorView.Port::url)
                .orElseThrow(() -> new Failure(ExitCode.FAILED, "NO_URL", "the actor's port has no URL"));
    }

    private String awaitReply(ActorId id, String url) {
        long start = System.nanoTime();
        try (var http = HttpClient.newHttpClient()) {
            String last = "";
            while (System.nanoTime() - start < REPLY_DEADLINE.toNanos()) {
                var response = call(http, url);
                if (response.isPresent() && response.get().statusCode() == 200) {
                    return response.get().body().strip();
                }
                last = response.map(each -> each.statusCode() + " " + each.body())
                        .orElse("no connection");
                failIfEnded(id);
                Pause.of(INTERVAL);
            }
            throw new Failure(
                    ExitCode.FAILED,
                    "NO_REPLY",
                    "%s has not replied in %d s; the last answer: %s".formatted(url, REPLY_DEADLINE.toSeconds(), last));
        }
    }

    private static Optional<HttpResponse<String>> call(HttpClient http, String url) {
        try {
            var request = HttpRequest.newBuilder(URI.create(url))
                    .timeout(REQUEST_DEADLINE)
                    .build();
            return Optional.of(http.send(request, HttpResponse.BodyHandlers.ofString()));
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw interrupted();
        }
    }

    private void failIfEnded(ActorId id) {
        var actor = server.actor(id);
        if (actor.destroyedAt() != null) {
            throw new Failure(
                            ExitCode.FAILED,
                            "ACTOR_ENDED",
                            "the actor ended before it replied: " + Output.orNone(actor.reason()))
                    .withRemedy("'%s actor logs %s' shows why".formatted(surroundings.command(), id));
        }
    }

    private void destroy(ActorId id) {
        output.progress("destroying the actor…");
        server.destroyActor(id, null);
        new Destruction(server).await(id, null);
    }

    private static Failure interrupted() {
        return new Failure(ExitCode.FAILED, "INTERRUPTED", "interrupted while waiting for the actor's reply");
    }
}
