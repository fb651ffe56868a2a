package rivet.cli.actor;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import rivet.protocol.api.UpgradePolicyView;

/** When an actor gets its new build. What is wrong the server tells. */
final class PolicyOptions {

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

    /** Absent where nothing is said. */
    @Nullable
    UpgradePolicyView view() {
        return policy == null && deadlineMs == null && atDeadline == null
                ? null
                : new UpgradePolicyView(policy, deadlineMs, atDeadline);
    }
}
