package rivet.cli.deploy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import rivet.cli.actor.PolicyOptions;
import rivet.cli.project.Build;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.terminal.Output;
import rivet.cli.terminal.Question;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.ActorId;
import rivet.protocol.BuildId;
import rivet.protocol.api.UpgradePolicyView;

/** Whether the actors that run get what was just deployed, and the doing of it. */
final class Upgrading {

    private final Surroundings surroundings;

    @Option(
            names = "--upgrade",
            description = {
                "Upgrade the live actors of these names to what is current now: one first, and the others when it runs.",
                "Without it a person at a terminal is asked; scripts are not, and nothing is upgraded."
            })
    private boolean upgrade;

    @Option(
            names = {"-y", "--yes"},
            description = "Answer yes to whatever would be asked.")
    private boolean yes;

    @Option(names = "--non-interactive", description = "Ask nothing, also at a terminal; the answer is then no.")
    private boolean nonInteractive;

    @Mixin
    private final PolicyOptions policy = new PolicyOptions();

    Upgrading(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** Before anything is uploaded, and not when the server hears of it at last. */
    void check() {
        policy.check();
    }

    /**
     * @param current the build that the actors of each name shall run
     * @param builds what the project file says of them
     * @return those that were upgraded
     */
    List<String> upgrade(
            ControlPlaneClient server, Output output, Map<String, BuildId> current, List<? extends Build> builds) {
        if (!upgrade && !yes && !mayAsk(output)) {
            return List.of();
        }
        var running = new RunningActors(server, output);
        var upgraded = new ArrayList<String>();
        current.forEach((name, to) -> {
            var behind = running.behind(name, to);
            if (!behind.isEmpty() && (upgrade || yes || isWanted(name, behind.size()))) {
                running.upgrade(name, behind, to, policy(name, builds));
                behind.stream().map(ActorId::toString).forEach(upgraded::add);
            }
        });
        return upgraded;
    }

    private @Nullable UpgradePolicyView policy(String name, List<? extends Build> builds) {
        return policy.view() != null
                ? policy.view()
                : builds.stream()
                        .filter(build -> build.name().equals(name))
                        .findFirst()
                        .map(Build::upgrade)
                        .orElse(null);
    }

    private boolean mayAsk(Output output) {
        return surroundings.interactive() && !nonInteractive && !output.isJson();
    }

    private boolean isWanted(String name, int count) {
        return new Question(surroundings)
                .isYes("%d %s of '%s' on other builds. Upgrade?"
                        .formatted(count, count == 1 ? "actor runs" : "actors run", name));
    }
}
