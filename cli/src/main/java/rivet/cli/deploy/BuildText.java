package rivet.cli.deploy;

import java.util.List;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Output;
import rivet.cli.terminal.Pairs;
import rivet.protocol.BuildId;
import rivet.protocol.api.BuildView;

/** A build, as text for people. */
final class BuildText {

    private BuildText() {}

    static BuildId parseId(String text) {
        try {
            return BuildId.parse(text);
        } catch (IllegalArgumentException e) {
            throw Failure.badInput("BAD_BUILD_ID", "build " + e.getMessage());
        }
    }

    static String name(BuildView build) {
        return build.tags().getOrDefault("name", build.name());
    }

    static List<String> row(BuildView build) {
        return List.of(
                build.id(),
                name(build),
                Output.size(build.contentLength()),
                build.createdAt().toString(),
                Pairs.print(build.tags()));
    }

    static void describe(Output output, BuildView build) {
        output.say("build    " + output.emphasised(build.id()));
        output.say("name     " + name(build));
        output.say("size     " + Output.size(build.contentLength()));
        output.say("digest   " + Output.orNone(build.sha256()));
        if (build.startTimeout() != null) {
            output.say("start    at most %d ms, where the actor does not say".formatted(build.startTimeout()));
        }
        output.say("created  " + build.createdAt());
        output.say("tags     " + Pairs.print(build.tags()));
    }
}
