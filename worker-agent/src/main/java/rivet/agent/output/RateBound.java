package rivet.agent.output;

/** So many bytes a second, with as many saved up for a burst. Pure: the time comes with each question. */
final class RateBound {

    private static final double NANOS_PER_SECOND = 1e9;

    private final double bytesPerSecond;
    private final double burst;
    private double credit;
    private long last;

    RateBound(long bytesPerSecond, long burstBytes, long nowNanos) {
        this.bytesPerSecond = bytesPerSecond;
        this.burst = burstBytes;
        this.credit = burstBytes;
        this.last = nowNanos;
    }

    boolean allows(long bytes, long nowNanos) {
        credit = Math.min(burst, credit + (nowNanos - last) * bytesPerSecond / NANOS_PER_SECOND);
        last = nowNanos;
        if (credit < bytes) {
            return false;
        }
        credit -= bytes;
        return true;
    }
}
