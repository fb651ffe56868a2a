package rivet.controlplane.actor;

import rivet.controlplane.auth.Caller;

/** Who caused a change, as the timeline shows it. */
record AskedBy(String text) {

    private static final String LOOP = "loop:";

    /** An agent told what is. */
    static final AskedBy AGENT = new AskedBy("agent");

    static AskedBy of(Caller caller) {
        return new AskedBy("caller:" + caller.name());
    }

    /** Nobody asked: it was time. */
    static AskedBy loop(String name) {
        return new AskedBy(LOOP + name);
    }

    boolean isLoop() {
        return text.startsWith(LOOP);
    }
}
