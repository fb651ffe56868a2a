package rivet.cli.deploy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import rivet.cli.actor.PolicyOptions;
import rivet.cli.project.ProjectFile;
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
                "It waits for the deadline of the policy, the kill timeout and the start timeout of each, and two minutes more.",
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

    /** What the project file says, by name of the build, where the command line says nothing. */
    private final Map<String, UpgradePolicyView> policies = new HashMap<>();

    Upgrading(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** Before anything is uploaded, and not when the server hears of it at last. */
    void check(Output output) {
        policy.check();
        if (policy.view() == null && (upgrade || yes || mayAsk(output))) {
            ProjectFile.findIfThere(surroundings.directory()).ifPresent(project -> policies.putAll(policies(project)));
        }
    }

    private static Map<String, UpgradePolicyView> policies(ProjectFile project) {
        var policies = new HashMap<String, UpgradePolicyView>();
        for (var build : project.builds()) {
            if (build.upgrade() != null) {
                policies.put(build.name(), build.upgrade());
            }
        }
        return policies;
    }

    /**
     * @param current the build that the actors of each name shall run
     * @return those that were upgraded
     */
    List<String> upgrade(ControlPlaneClient server, Output output, Map<String, BuildId> current) {
        if (!upgrade && !yes && !mayAsk(output)) {
            return List.of();
        }
        var running = new RunningActors(server, output);
        var upgraded = new ArrayList<String>();
        current.forEach((name, to) -> {
            var behind = running.behind(name, to);
            if (!behind.isEmpty() && (upgrade || yes || isWanted(name, behind.size()))) {
                running.upgrade(name, behind, to, policy.view() != null ? policy.view() : policies.get(name));
                behind.stream().map(ActorId::toString).forEach(upgraded::add);
            }
        });
        return upgraded;
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
