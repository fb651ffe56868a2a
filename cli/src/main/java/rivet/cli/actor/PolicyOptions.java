package rivet.cli.actor;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import rivet.cli.terminal.Failure;
import rivet.protocol.api.UpgradePolicyView;

/** When an actor gets its new build. How long is too long the server tells. */
public final class PolicyOptions {

    private static final List<String> POLICIES = List.of("now", "drain", "when_idle", "next_start");

    @Option(
            names = {"--policy", "--upgrade-policy"},
            paramLabel = "POLICY",
            description =
                    "When what runs makes way for a new build: now; drain: when the requests and connections that it has have "
                            + "ended; when_idle: once it has had neither for a second; next_start: when it is started next "
                            + "anyway. Else as the actor was created, and then now.")
    private @Nullable String policy;

    @Option(
            names = "--policy-deadline",
            paramLabel = "MS",
            description =
                    "Milliseconds that drain (0 to 7200000; else 15000) or when_idle (0 to 604800000; else 600000) waits.")
    private @Nullable Long deadlineMs;

    @Option(
            names = "--at-deadline",
            paramLabel = "POLICY",
            description = "What when_idle does then: now (else), drain or next_start.")
    private @Nullable String atDeadline;

    @Nullable
    String policy() {
        return policy;
    }

    @Nullable
    Long deadlineMs() {
        return deadlineMs;
    }

    @Nullable
    String atDeadline() {
        return atDeadline;
    }

    boolean isNextStart() {
        return "next_start".equals(policy);
    }

    /** Refuses what makes no sense together. */
    public void check() {
        if (policy != null && !POLICIES.contains(policy)) {
            throw Failure.badInput(
                    "BAD_OPTION", "--policy: '%s' (expected: %s)".formatted(policy, String.join(", ", POLICIES)));
        }
        if (deadlineMs != null && !"drain".equals(policy) && !"when_idle".equals(policy)) {
            throw Failure.badInput("BAD_OPTION", "--policy-deadline: given (expected: with drain and when_idle only)");
        }
        if (atDeadline != null && !"when_idle".equals(policy)) {
            throw Failure.badInput("BAD_OPTION", "--at-deadline: given (expected: with when_idle only)");
        }
    }

    /** Absent where nothing is said. */
    public @Nullable UpgradePolicyView view() {
        return policy == null && deadlineMs == null && atDeadline == null
                ? null
                : new UpgradePolicyView(policy, deadlineMs, atDeadline);
    }
}
