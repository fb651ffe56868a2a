package rivet.cli.actor;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Output;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.ActorId;
import rivet.protocol.Wire;
import rivet.protocol.api.KvView;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

@Command(
        name = "kv",
        description = {
            "Look into what an actor remembers (ctx.kv), and mend it while the actor does not run.",
            "",
            "A KEY is JSON, such as '[\"player\",\"ada\"]' or 7; what is no JSON is a string, such as count.",
            "One that is no tuple, as programs in other languages may have, is its bytes: '{\"raw\":\"Zm9v\"}', in Base64."
        },
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ActorKvCommand.ListEntries.class,
            ActorKvCommand.GetEntry.class,
            ActorKvCommand.PutEntry.class,
            ActorKvCommand.DeleteEntry.class,
            ActorKvCommand.Export.class
        })
final class ActorKvCommand {

    private static final int LONGEST_SHOWN = 80;
    private static final int LARGEST_PAGE = 1000;

    private ActorKvCommand() {}

    @Command(
            name = "list",
            description = "List entries in the order of their keys.",
            footerHeading = "%nExamples:%n",
            footer = {
                "  rivet actor kv list ID",
                "  rivet actor kv list ID --prefix '[\"player\"]' --reverse --limit 10"
            })
    static final class ListEntries extends OneActorCommand {

        @Option(
                names = "--prefix",
                paramLabel = "KEY",
                description = "Only keys that begin with this array, with this string, or with these raw bytes.")
        private @Nullable String prefix;

        @Option(names = "--reverse", description = "The last key first.")
        private boolean reverse;

        @Option(
                names = "--limit",
                paramLabel = "N",
                description = "At most so many, 1 to 1000 (default: ${DEFAULT-VALUE}).")
        private int limit = 100;

        @Option(
                names = "--cursor",
                paramLabel = "CURSOR",
                description = "Go on where an earlier page ended, which said so; with the same --prefix and --reverse.")
        private @Nullable String cursor;

        ListEntries(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        protected void run(ControlPlaneClient server) {
            var query = new LinkedHashMap<String, String>();
            query.put("limit", Integer.toString(limit));
            putIfGiven(query, "prefix", prefix == null ? null : json(prefix).toString());
            putIfGiven(query, "cursor", cursor);
            if (reverse) {
                query.put("reverse", "true");
            }
            var many = server.get(path(actorId(), ""), query, KvView.Many.class);
            output.result(many, () -> {
                output.table(
                        List.of("KEY", "VERSION", "SIZE", "VALUE"),
                        many.entries().stream().map(ListEntries::row).toList());
                if (many.pagination().cursor() != null) {
                    output.say("there are more: --cursor " + many.pagination().cursor());
                }
                output.next(rivet("actor kv get " + actorId() + " KEY"), rivet("actor kv export " + actorId()));
            });
        }

        private static List<String> row(KvView entry) {
            return List.of(
                    entry.key().toString(),
                    Long.toString(entry.version()),
                    Output.size(entry.size()),
                    shortened(shown(entry)));
        }
    }

    @Command(
            name = "get",
            description = "Print the value of an entry.",
            footerHeading = "%nExamples:%n",
            footer = {"  rivet actor kv get ID count", "  rivet actor kv get ID '[\"player\",\"ada\"]'"})
    static final class GetEntry extends OneActorCommand {

        @Parameters(index = "1", paramLabel = "KEY", description = "JSON, or a string.")
        private String key = "";

        GetEntry(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        protected void run(ControlPlaneClient server) {
            var entry = server.get(
                    path(actorId(), "/entry"), Map.of("key", json(key).toString()), KvView.One.class);
            output.result(entry, () -> output.say(shown(entry.entry())));
        }
    }

    @Command(
            name = "put",
            description = {
                "Put an entry into the store of an actor that does not run; 'rivet actor sleep ID --wait' has it so.",
                "The actor finds the value as if it had put it itself."
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  rivet actor kv put ID '[\"player\",\"ada\"]' '{\"score\": 12}'",
                "  rivet actor kv put ID visits --counter 41",
                "  rivet actor kv put ID count 7 --if-version 3"
            })
    static final class PutEntry extends EditingCommand {

        @Parameters(index = "1", paramLabel = "KEY", description = "JSON, or a string.")
        private String key = "";

        @Parameters(index = "2", arity = "0..1", paramLabel = "VALUE", description = "JSON, or a string.")
        private @Nullable String value;

        @Option(names = "--counter", paramLabel = "N", description = "A counter, as ctx.kv.add makes it.")
        private @Nullable Long counter;

        @Option(names = "--base64", paramLabel = "BYTES", description = "Bytes.")
        private @Nullable String base64;

        @Option(
                names = "--if-version",
                paramLabel = "VERSION",
                description = "Only if the entry has this version; 0: if there is none.")
        private @Nullable Long version;

        PutEntry(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        protected void check() {
            super.check();
            if (Stream.of(value, counter, base64).filter(each -> each != null).count() != 1) {
                throw Failure.badInput("BAD_OPTION", "VALUE: give one of VALUE, --counter and --base64");
            }
        }

        @Override
        protected void run(ControlPlaneClient server) {
            var put = new KvView.Put(json(key), value == null ? null : json(value), counter, base64, version);
            var written =
                    edit(() -> server.call("PUT", path(actorId(), "/entry"), Map.of(), put, KvView.Written.class));
            output.result(written, () -> {
                output.say("put, version %d".formatted(written.version()));
                output.next(rivet("actor wake " + actorId()));
            });
        }
    }

    @Command(
            name = "delete",
            description = "Delete an entry from the store of an actor that does not run.",
            footerHeading = "%nExamples:%n",
            footer = "  rivet actor kv delete ID '[\"player\",\"ada\"]'")
    static final class DeleteEntry extends EditingCommand {

        @Parameters(index = "1", paramLabel = "KEY", description = "JSON, or a string.")
        private String key = "";

        @Option(names = "--if-version", paramLabel = "VERSION", description = "Only if the entry has this version.")
        private @Nullable Long version;

        DeleteEntry(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        protected void run(ControlPlaneClient server) {
            var query = new LinkedHashMap<String, String>();
            query.put("key", json(key).toString());
            if (version != null) {
                query.put("version", version.toString());
            }
            var written =
                    edit(() -> server.call("DELETE", path(actorId(), "/entry"), query, null, KvView.Written.class));
            output.result(written, () -> output.say("deleted, version %d".formatted(written.version())));
        }
    }

    @Command(
            name = "export",
            description = {
                "Print all entries, a JSON object a line, with or without --json, and with their bytes in Base64.",
                "What the actor writes meanwhile may be in it or not; put it to sleep first for one moment's state."
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  rivet actor kv export ID > actor.ndjson",
                "  rivet actor kv export ID --prefix '[\"player\"]' > players.ndjson"
            })
    static final class Export extends OneActorCommand {

        @Option(
                names = "--prefix",
                paramLabel = "KEY",
                description = "Only keys that begin with this array, with this string, or with these raw bytes.")
        private @Nullable String prefix;

        Export(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        protected void run(ControlPlaneClient server) {
            long printed = 0;
            var page = Optional.of(page(server, null));
            while (page.isPresent()) {
                for (var entry : page.get().entries()) {
                    output.say(Wire.JSON.writeValueAsString(entry));
                    printed++;
                }
                var cursor = page.get().pagination().cursor();
                page = Optional.ofNullable(cursor).map(after -> page(server, after));
            }
            output.progress("%d entries".formatted(printed));
        }

        private KvView.Many page(ControlPlaneClient server, @Nullable String cursor) {
            var query = new LinkedHashMap<String, String>();
            query.put("limit", Integer.toString(LARGEST_PAGE));
            putIfGiven(query, "prefix", prefix == null ? null : json(prefix).toString());
            putIfGiven(query, "cursor", cursor);
            return server.get(path(actorId(), ""), query, KvView.Many.class);
        }
    }

    /** Changes a store, which only one that does not run lets. */
    abstract static class EditingCommand extends OneActorCommand {

        EditingCommand(Surroundings surroundings) {
            super(surroundings);
        }

        final KvView.Written edit(Supplier<KvView.Written> work) {
            try {
                return work.get();
            } catch (Failure e) {
                throw e.report().code().equals("KV_IN_USE")
                        ? e.withRemedy("'%s' has it so".formatted(rivet("actor sleep %s --wait".formatted(actorId()))))
                        : e;
            }
        }
    }

    private static void putIfGiven(Map<String, String> query, String name, @Nullable String value) {
        if (value != null) {
            query.put(name, value);
        }
    }

    private static String path(ActorId actor, String rest) {
        return "/actors/" + actor + "/kv" + rest;
    }

    /** What is no JSON is a string: nobody wants to quote a word twice. */
    private static JsonNode json(String text) {
        try {
            return Wire.JSON.readTree(text);
        } catch (JacksonException _) {
            return Wire.JSON.getNodeFactory().stringNode(text);
        }
    }

    private static String shown(KvView entry) {
        return entry.json() == null ? "base64:" + entry.base64() : entry.json().toString();
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN - 1) + "…";
    }
}
