package rivet.agent.proxy.http;

import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** Names one request in answers, logs and at the actor. Unique, not secret: nothing is granted for knowing it. */
public record RayId(long high, long low) {

    public static final String FIELD = "rvt-ray-id";

    public static RayId next() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return new RayId(
                (random.nextLong() & 0xffffffffffff0fffL) | 0x4000L,
                (random.nextLong() & 0x3fffffffffffffffL) | 0x8000000000000000L);
    }

    /** One that another proxy of ours gave; a new one where that is none. */
    public static RayId given(String text) {
        try {
            UUID given = UUID.fromString(text);
            return new RayId(given.getMostSignificantBits(), given.getLeastSignificantBits());
        } catch (IllegalArgumentException _) {
            return next();
        }
    }

    @Override
    public String toString() {
        return new UUID(high, low).toString();
    }
}
