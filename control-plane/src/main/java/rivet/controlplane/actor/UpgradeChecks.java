package rivet.controlplane.actor;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import rivet.controlplane.actor.UpgradePolicy.AtDeadline;
import rivet.controlplane.actor.UpgradePolicy.Drain;
import rivet.controlplane.actor.UpgradePolicy.NextStart;
import rivet.controlplane.actor.UpgradePolicy.Now;
import rivet.controlplane.actor.UpgradePolicy.WhenIdle;
import rivet.controlplane.web.Problem;
import rivet.protocol.api.UpgradePolicyView;

/** Reads when an actor gets its new build, and shows it again. */
final class UpgradeChecks {

    private static final long LONGEST_DRAIN_MS = 7_200_000;
    private static final long LONGEST_IDLE_MS = 604_800_000;

    private UpgradeChecks() {}

    /** @param at what comes before the names of the fields @return null where nothing is said */
    static @Nullable UpgradePolicy read(String at, @Nullable UpgradePolicyView given) {
        if (given == null) {
            return null;
        }
        var policy = given.policy();
        if (given.deadline() != null && !"drain".equals(policy) && !"when_idle".equals(policy)) {
            throw Problem.badField(
                    at + "deadline", given.deadline(), "none, or one with the policy drain or when_idle");
        }
        if (given.atDeadline() != null && !"when_idle".equals(policy)) {
            throw Problem.badField(at + "at_deadline", given.atDeadline(), "none, or one with the policy when_idle");
        }
        return switch (policy) {
            case null -> null;
            case "now" -> UpgradePolicy.NOW;
            case "drain" -> new Drain(atMost(at, given.deadline(), UpgradePolicy.USUAL_DRAIN, LONGEST_DRAIN_MS));
            case "when_idle" ->
                new WhenIdle(
                        atMost(at, given.deadline(), UpgradePolicy.USUAL_IDLE, LONGEST_IDLE_MS),
                        atDeadline(at, given.atDeadline()));
            case "next_start" -> new NextStart();
            default -> throw Problem.badField(at + "policy", policy, "now, drain, when_idle or next_start");
        };
    }

    private static Duration atMost(String at, @Nullable Long ms, Duration usual, long longestMs) {
        if (ms != null && (ms < 0 || ms > longestMs)) {
            throw Problem.badField(at + "deadline", ms, "0 to %d milliseconds".formatted(longestMs));
        }
        return ms == null ? usual : Duration.ofMillis(ms);
    }

    private static AtDeadline atDeadline(String at, @Nullable String given) {
        return switch (given) {
            case null -> AtDeadline.NOW;
            case "now" -> AtDeadline.NOW;
            case "drain" -> AtDeadline.DRAIN;
            case "next_start" -> AtDeadline.NEXT_START;
            default -> throw Problem.badField(at + "at_deadline", given, "now, drain or next_start");
        };
    }

    static @Nullable UpgradePolicyView shown(@Nullable UpgradePolicy policy) {
        return switch (policy) {
            case null -> null;
            case Now _ -> new UpgradePolicyView("now", null, null);
            case Drain(var atMost) -> new UpgradePolicyView("drain", atMost.toMillis(), null);
            case WhenIdle(var atMost, var then) ->
                new UpgradePolicyView("when_idle", atMost.toMillis(), then.toString());
            case NextStart _ -> new UpgradePolicyView("next_start", null, null);
        };
    }
}
