package cluster;

/**
 * One harm that can be done and undone.
 *
 * @param target what it is done to; nothing else is done to that meanwhile
 * @param holdMs how long it lasts
 */
record Fault(String kind, String target, long holdMs, Step begin, Step end) {

    interface Step {
        void take() throws Exception;
    }

    /** @param endNanos when the harness undid it, which is also when it began where nothing was to be undone */
    record Done(Fault fault, long beganNanos, long endNanos) {}
}
