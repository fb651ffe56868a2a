package rivet.cli.actor;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Output;
import rivet.cli.terminal.Question;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.ActorId;
import rivet.protocol.BuildId;
import rivet.protocol.api.ActorView;
import rivet.protocol.api.CheckpointView;

@Command(
        name = "checkpoint",
        description = "Keep what an actor has in its store (ctx.kv) and directory (ctx.dir), and go back to it.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ActorCheckpointCommand.ListCheckpoints.class,
            ActorCheckpointCommand.Create.class,
            ActorCheckpointCommand.Restore.class
        })
final class ActorCheckpointCommand {

    private ActorCheckpointCommand() {}

    @Command(
            name = "list",
            description = "List an actor's checkpoints, the newest first, with what is in each.",
            footerHeading = "%nExamples:%n",
            footer = "  rivet actor checkpoint list ID")
    static final class ListCheckpoints extends OneActorCommand {

        ListCheckpoints(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        protected void run(ControlPlaneClient server) {
            var all = all(server, actorId());
            output.result(all, () -> {
                if (all.checkpoints().isEmpty()) {
                    output.say("no checkpoints");
                    output.next(rivet("actor checkpoint create " + actorId()));
                    return;
                }
                output.table(
                        List.of("NUMBER", "CAUSE", "TAKEN", "GENERATION", "STORE", "DIRECTORY"),
                        all.checkpoints().stream().map(ListCheckpoints::row).toList());
                output.next(rivet("actor checkpoint restore %s NUMBER".formatted(actorId())));
            });
        }

        private static List<String> row(CheckpointView checkpoint) {
            var kv = checkpoint.kv();
            var dir = checkpoint.dir();
            return List.of(
                    Long.toString(checkpoint.number()),
                    checkpoint.restores() == null
                            ? checkpoint.cause()
                            : "%s (%d)".formatted(checkpoint.cause(), checkpoint.restores()),
                    checkpoint.takenAt().toString(),
                    Long.toString(checkpoint.generation()),
                    kv == null ? "-" : "%d entries, %s".formatted(kv.entries(), Output.size(kv.bytes())),
                    dir == null ? "-" : Output.size(dir.bytes()));
        }
    }

    @Command(
            name = "create",
            description = {
                "Keep what an actor's store holds now; the actor goes on meanwhile.",
                "Its directory is kept with it only if the actor sleeps; while it runs, ctx.checkpoint() keeps both."
            },
            footerHeading = "%nExamples:%n",
            footer = "  rivet actor checkpoint create ID")
    static final class Create extends OneActorCommand {

        Create(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        protected void run(ControlPlaneClient server) {
            var made = server.call("POST", path(actorId(), ""), Map.of(), null, CheckpointView.One.class);
            output.result(made, () -> {
                output.say(
                        "checkpoint %d, with its %s".formatted(made.checkpoint().number(), parts(made.checkpoint())));
                output.next(rivet("actor checkpoint restore %s %d"
                        .formatted(actorId(), made.checkpoint().number())));
            });
        }
    }

    @Command(
            name = "restore",
            description = {
                "Have an actor that sleeps go on from one of its checkpoints.",
                "What it has now is kept as another one, so that this can be undone. Its alarms stay as they are."
            },
            footerHeading = "%nExamples:%n",
            footer = {"  rivet actor checkpoint restore ID 3", "  rivet actor checkpoint restore ID 3 --sleep --yes"})
    static final class Restore extends OneActorCommand {

        private static final String NOT_ASLEEP = "ACTOR_NOT_ASLEEP";
        private static final String SLEEP_FIRST = "--sleep puts it to sleep, and wakes it again afterwards";

        @Parameters(index = "1", paramLabel = "NUMBER", description = "The checkpoint's, as 'list' shows it.")
        private long number;

        @Option(names = "--sleep", description = "Put it to sleep first if it does not, and wake it again afterwards.")
        private boolean sleep;

        @Option(
                names = {"-y", "--yes"},
                description = "Do not ask.")
        private boolean yes;

        Restore(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        protected void run(ControlPlaneClient server) {
            var wanted = find(server);
            var before = server.actor(actorId());
            boolean slept = before.state().equals(Slumber.ASLEEP);
            if (!slept && !sleep) {
                throw Failure.badInput(
                                NOT_ASLEEP,
                                "actor %s is %s (expected: one that sleeps)".formatted(actorId(), before.state()))
                        .withRemedy(SLEEP_FIRST);
            }
            new Question(surroundings)
                    .demandYes(
                            yes,
                            "take actor %s back to checkpoint %d of %s, with its %s?"
                                    .formatted(actorId(), number, wanted.takenAt(), parts(wanted)));
            done(slept ? restored(server) : restoredInItsSleep(server, before), !slept);
        }

        private CheckpointView find(ControlPlaneClient server) {
            return all(server, actorId()).checkpoints().stream()
                    .filter(checkpoint -> checkpoint.number() == number)
                    .findFirst()
                    .orElseThrow(() -> new Failure(
                                    ExitCode.NOT_FOUND,
                                    "CHECKPOINT_NOT_FOUND",
                                    "actor %s has no checkpoint %d".formatted(actorId(), number))
                            .withRemedy(
                                    "'%s' shows which it has".formatted(rivet("actor checkpoint list " + actorId()))));
        }

        private CheckpointView.Restored restored(ControlPlaneClient server) {
            try {
                return server.call(
                        "POST",
                        path(actorId(), "/%d/restore".formatted(number)),
                        Map.of(),
                        null,
                        CheckpointView.Restored.class);
            } catch (Failure e) {
                throw e.report().code().equals(NOT_ASLEEP) ? e.withRemedy(SLEEP_FIRST) : e;
            }
        }

        /** Woken also where it could not be restored: it was awake. */
        private CheckpointView.Restored restoredInItsSleep(ControlPlaneClient server, ActorView before) {
            CheckpointView.Restored restored;
            try {
                restored = new Slumber(server, output).during(before, () -> restored(server));
            } finally {
                server.call("POST", "/actors/%s/wake".formatted(actorId()), Map.of(), null);
            }
            output.progress("waking it");
            new Startup(server).await(actorId(), BuildId.parse(before.runtime().build()));
            return restored;
        }

        private void done(CheckpointView.Restored restored, boolean runs) {
            output.result(restored, () -> {
                output.say("actor %s has the %s of checkpoint %d%s"
                        .formatted(
                                actorId(),
                                parts(restored.checkpoint()),
                                number,
                                runs ? ", and runs" : "; it still sleeps"));
                output.say("what it had before is checkpoint " + restored.undo());
                if (restored.lost() != null) {
                    output.warn("lost is " + restored.lost());
                }
                var undo = rivet("actor checkpoint restore %s %d".formatted(actorId(), restored.undo()));
                output.next(Stream.of(runs ? null : rivet("actor wake " + actorId()), undo)
                        .filter(command -> command != null)
                        .toArray(String[]::new));
            });
        }
    }

    private static CheckpointView.Many all(ControlPlaneClient server, ActorId actor) {
        return server.get(path(actor, ""), Map.of(), CheckpointView.Many.class);
    }

    private static String path(ActorId actor, String rest) {
        return "/actors/" + actor + "/checkpoints" + rest;
    }

    private static String parts(CheckpointView checkpoint) {
        return Stream.of(part("store", checkpoint.kv()), part("directory", checkpoint.dir()))
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining(" and "));
    }

    private static String part(String name, @Nullable Object there) {
        return there == null ? "" : name;
    }
}
