package rivet.protocol.kv;

/** When an alarm fires. */
public sealed interface AlarmSchedule {

    /** Once. @param atMs since 1970 */
    record Once(long atMs) implements AlarmSchedule {}

    /** Again and again, for the first time one period after it was set. */
    record Every(long periodMs) implements AlarmSchedule {}

    /** @param zone such as {@code Europe/Berlin} */
    record Cron(String expression, String zone) implements AlarmSchedule {}
}
