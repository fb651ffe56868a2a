package rivet.controlplane.actor;

import org.jspecify.annotations.Nullable;
import rivet.protocol.Wire;

/** Policy ⇄ jsonb. */
final class UpgradePolicyColumn {

    private UpgradePolicyColumn() {}

    static @Nullable String write(@Nullable UpgradePolicy policy) {
        return policy == null ? null : Wire.JSON.writerFor(UpgradePolicy.class).writeValueAsString(policy);
    }

    static @Nullable UpgradePolicy read(@Nullable String json) {
        return json == null ? null : Wire.JSON.readValue(json, UpgradePolicy.class);
    }
}
