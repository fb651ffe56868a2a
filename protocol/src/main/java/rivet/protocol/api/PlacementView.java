package rivet.protocol.api;

import java.util.List;

/**
 * Answer of {@code POST /actors?dry_run=true}: where the actor could go just now. Nothing was created or reserved.
 *
 * @param fits whether it would have an agent at once; else it would wait as {@code pending}
 * @param build the id of the build it would run
 * @param agents the agents that get new actors first; at most 1000
 */
public record PlacementView(
        boolean fits, String region, String build, ActorView.Resources resources, List<Agent> agents) {

    /**
     * @param reasons why it does not fit: {@code other_region}, {@code agent_silent}, {@code no_cpu}, {@code no_memory}; more
     *     may be added
     */
    public record Agent(String agent, String region, boolean fits, List<String> reasons) {}
}
