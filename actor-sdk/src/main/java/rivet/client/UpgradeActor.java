package rivet.client;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request for other builds for actors. Immutable: each method returns a new one. */
public final class UpgradeActor {

    private static final int MOST_AT_ONCE = 1000;

    private final BuildSelector build;
    private final @Nullable UpgradePolicy policy;
    private final @Nullable Duration startTimeout;
    private final @Nullable Integer batchSize;
    private final @Nullable Duration pause;
    private final @Nullable Integer percentage;

    private UpgradeActor(
            BuildSelector build,
            @Nullable UpgradePolicy policy,
            @Nullable Duration startTimeout,
            @Nullable Integer batchSize,
            @Nullable Duration pause,
            @Nullable Integer percentage) {
        this.build = build;
        this.policy = policy;
        this.startTimeout = startTimeout;
        this.batchSize = batchSize;
        this.pause = pause;
        this.percentage = percentage;
    }

    /**
     * To this build.
     *
     * @param build which build
     * @return a request in which everything else is as usual
     */
    public static UpgradeActor to(BuildSelector build) {
        return new UpgradeActor(build, null, null, null, null, null);
    }

    /**
     * When each actor gets it. Unless set, the actor's own policy decides.
     *
     * @param policy which one
     * @return a new request
     */
    public UpgradeActor policy(UpgradePolicy policy) {
        return new UpgradeActor(build, policy, startTimeout, batchSize, pause, percentage);
    }

    /**
     * How long the first start of the new build may take before it is taken back. Unless set, the actor's own, else the
     * build's, else 10 s.
     *
     * @param timeout 100 ms to 1 h
     * @return a new request
     * @throws IllegalArgumentException if it is negative
     */
    public UpgradeActor startTimeout(Duration timeout) {
        var checked = Checks.notNegative("startTimeout", timeout);
        return new UpgradeActor(build, policy, checked, batchSize, pause, percentage);
    }

    /**
     * How many actors of a {@linkplain Actors#rollOut rollout} at a time.
     *
     * @param size 1 to 1000; 1000 unless set
     * @return a new request
     */
    public UpgradeActor batchSize(int size) {
        return new UpgradeActor(build, policy, startTimeout, size, pause, percentage);
    }

    /**
     * How long a rollout waits from a batch that is ready to the next one.
     *
     * @param pause up to a day; none unless set
     * @return a new request
     * @throws IllegalArgumentException if it is negative
     */
    public UpgradeActor pause(Duration pause) {
        var checked = Checks.notNegative("pause", pause);
        return new UpgradeActor(build, policy, startTimeout, batchSize, checked, percentage);
    }

    /**
     * A canary: how many of the actors with another build a rollout is for, rounded up.
     *
     * @param percent 1 to 100; 100 unless set
     * @return a new request
     */
    public UpgradeActor percentage(int percent) {
        return new UpgradeActor(build, policy, startTimeout, batchSize, pause, percent);
    }

    /**
     * What identifies the request.
     *
     * @return for people
     */
    @Override
    public String toString() {
        return "UpgradeActor[build=%s, policy=%s]".formatted(build, policy);
    }

    /** @param tags of all that are meant; absent: it is one */
    Body body(@Nullable Map<String, String> tags) {
        return new Body(
                tags,
                build instanceof BuildSelector.ById(var id) ? id : null,
                build instanceof BuildSelector.ByTags(var buildTags) ? buildTags : null,
                policy == null ? null : policy.policy(),
                policy == null ? null : policy.deadline(),
                policy == null ? null : policy.atDeadline(),
                startTimeout == null ? null : startTimeout.toMillis(),
                null,
                null,
                null);
    }

    Body rollout(Map<String, String> tags) {
        var all = body(tags);
        return new Body(
                tags,
                all.build(),
                all.buildTags(),
                all.policy(),
                all.deadline(),
                all.atDeadline(),
                all.startTimeout(),
                batchSize == null ? Integer.valueOf(MOST_AT_ONCE) : batchSize,
                pause == null ? null : pause.toMillis(),
                percentage);
    }

    record Body(
            @Nullable Map<String, String> tags,
            @Nullable String build,
            @Nullable Map<String, String> buildTags,
            @Nullable String policy,
            @Nullable Long deadline,
            @Nullable String atDeadline,
            @Nullable Long startTimeout,
            @Nullable Integer batchSize,
            @Nullable Long pauseMs,
            @Nullable Integer percentage) {}
}
