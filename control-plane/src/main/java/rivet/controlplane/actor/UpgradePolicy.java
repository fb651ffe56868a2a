package rivet.controlplane.actor;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.time.Duration;
import java.util.Locale;

/** When an actor gets its new build. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "policy")
sealed interface UpgradePolicy {

    UpgradePolicy NOW = new Now();

    /** So long do requests that come meanwhile wait anyway, with the stop and the start that follow. */
    Duration USUAL_DRAIN = Duration.ofSeconds(15);

    Duration USUAL_IDLE = Duration.ofMinutes(10);

    /** What runs is stopped for it. */
    @JsonTypeName("now")
    record Now() implements UpgradePolicy {}

    /** Likewise, when what it has has ended: its requests, and the connections that have no end of their own. */
    @JsonTypeName("drain")
    record Drain(Duration atMost) implements UpgradePolicy {}

    /** Likewise, once nobody uses it; until then it serves as ever. */
    @JsonTypeName("when_idle")
    record WhenIdle(Duration atMost, AtDeadline then) implements UpgradePolicy {}

    /** Whenever it is started next, for whatever reason. */
    @JsonTypeName("next_start")
    record NextStart() implements UpgradePolicy {}

    /** What becomes of an actor that was not idle in time. */
    enum AtDeadline {
        NOW,
        DRAIN,
        NEXT_START;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
