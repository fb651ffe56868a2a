package rivet.agent.supervise;

import rivet.protocol.ActorId;

/** One start of one actor. */
record ActorKey(ActorId actor, long generation) {

    @Override
    public String toString() {
        return actor + " generation " + generation;
    }
}
