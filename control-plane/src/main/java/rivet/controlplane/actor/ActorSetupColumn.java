package rivet.controlplane.actor;

import rivet.protocol.Wire;

/** Setup ⇄ jsonb. Fields may be added to the record; a row that lacks one was written before. */
final class ActorSetupColumn {

    private ActorSetupColumn() {}

    static String write(ActorSetup setup) {
        return Wire.JSON.writeValueAsString(setup);
    }

    static ActorSetup read(String json) {
        return Wire.JSON.readValue(json, ActorSetup.class);
    }
}
