import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/** Clients that begin together, each on a thread of its own, and ask again when they have their answer. */
final class ClosedLoop {

    /** @param p50 milliseconds from a question to its answer, as p99 */
    record Figures(double perSecond, double p50, double p99) {}

    interface Client extends AutoCloseable {
        /** @param n counts its questions; the first one, 0, is asked before time is taken */
        void ask(long n) throws Exception;
    }

    interface Opening {
        Client open(int number) throws Exception;
    }

    static Figures run(int clients, long ms, Opening opening) throws Exception {
        var all = new ArrayList<Double>();
        var going = new AtomicBoolean(true);
        var ready = new CountDownLatch(clients);
        var begin = new CountDownLatch(1);
        var failures = new ArrayList<Exception>();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < clients; i++) {
            int number = i;
            threads.add(Thread.ofPlatform().start(() -> {
                try (var client = opening.open(number)) {
                    client.ask(0);
                    ready.countDown();
                    begin.await();
                    var times = new ArrayList<Double>();
                    for (long n = 1; going.get(); n++) {
                        var before = System.nanoTime();
                        client.ask(n);
                        times.add((System.nanoTime() - before) / 1e6);
                    }
                    synchronized (all) {
                        all.addAll(times);
                    }
                } catch (Exception e) {
                    synchronized (failures) {
                        failures.add(e);
                    }
                    ready.countDown();
                }
            }));
        }
        ready.await();
        var began = System.nanoTime();
        begin.countDown();
        Thread.sleep(ms);
        going.set(false);
        for (var thread : threads) {
            thread.join();
        }
        var seconds = (System.nanoTime() - began) / 1e9;
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
        return new Figures(all.size() / seconds, Row.percentile(all, 50), Row.percentile(all, 99));
    }

    private ClosedLoop() {}
}
