package rivet.cli.actor;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.Wire;
import rivet.protocol.api.ActorEventView;

@Command(
        name = "events",
        description = {
            "Show what has happened to an actor: each change of its state, with the reason.",
            "With --follow, --json prints one object a line."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  rivet actor events ID", "  rivet actor events -f ID --json"})
final class ActorEventsCommand extends OneActorCommand {

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what happens from now on, until it is destroyed.")
    private boolean follow;

    ActorEventsCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    protected void run(ControlPlaneClient server) {
        var path = "/actors/" + actorId() + "/events";
        if (follow) {
            follow(server, path);
            return;
        }
        var events = pages(server, path).flatMap(page -> page.events().stream()).toList();
        output.result(new Document(events), () -> print(events));
    }

    /** The server replays what has happened, then goes on. */
    private void follow(ControlPlaneClient server, String path) {
        try (var events = server.events(path, Map.of())) {
            var each = events.iterator();
            while (each.hasNext()) {
                var event = Wire.JSON.readValue(each.next(), ActorEventView.class);
                output.line(event, line(event));
                if (event.state().equals("destroyed")) {
                    return;
                }
            }
        }
    }

    private static Stream<ActorEventView.Many> pages(ControlPlaneClient server, String path) {
        return Stream.iterate(page(server, path, null), Objects::nonNull, page -> next(server, path, page));
    }

    private static ActorEventView.@Nullable Many next(
            ControlPlaneClient server, String path, ActorEventView.Many page) {
        var cursor = page.pagination().cursor();
        return cursor == null || page.events().isEmpty() ? null : page(server, path, cursor);
    }

    private static ActorEventView.Many page(ControlPlaneClient server, String path, @Nullable String cursor) {
        var query = new LinkedHashMap<String, String>();
        if (cursor != null) {
            query.put("cursor", cursor);
        }
        return server.get(path, query, ActorEventView.Many.class);
    }

    private void print(List<ActorEventView> events) {
        if (events.isEmpty()) {
            output.say("no events");
            return;
        }
        events.forEach(event -> output.say(line(event)));
        output.next(rivet("actor explain " + actorId()), rivet("actor logs " + actorId()));
    }

    private static String line(ActorEventView event) {
        return Stream.of(
                        event.time().toString(),
                        event.state(),
                        event.reason(),
                        labelled("generation", event.generation()),
                        labelled("agent", event.agent()),
                        labelled("exit", event.exitCode()),
                        labelled("by", event.by()),
                        event.message())
                .filter(Objects::nonNull)
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining("  "));
    }

    private static @Nullable String labelled(String label, @Nullable Object value) {
        return value == null ? null : label + " " + value;
    }

    private record Document(List<ActorEventView> events) {}
}
