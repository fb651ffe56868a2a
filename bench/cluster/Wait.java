package cluster;

import java.util.concurrent.Callable;

/** Waiting for something to become true. */
final class Wait {

    /** @return whether it became true in time; what it throws counts as not yet */
    static boolean until(long atMostMs, Callable<Boolean> condition) throws InterruptedException {
        var deadline = System.nanoTime() + atMostMs * 1_000_000;
        while (true) {
            try {
                if (condition.call()) {
                    return true;
                }
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                // Not yet.
            }
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(20);
        }
    }

    static void orFail(long atMostMs, String what, Callable<Boolean> condition) throws InterruptedException {
        if (!until(atMostMs, condition)) {
            throw new IllegalStateException("%s: not within %d ms".formatted(what, atMostMs));
        }
    }

    private Wait() {}
}
