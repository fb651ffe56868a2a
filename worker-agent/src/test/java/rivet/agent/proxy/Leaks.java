package rivet.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Makes a buffer that nobody released fail the test, instead of a line in a log. */
final class Leaks {

    private static final Queue<String> FOUND = new ConcurrentLinkedQueue<>();

    static {
        // Before Netty makes its first buffer: its classes ask for their detector once.
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new ResourceLeakDetectorFactory() {
            @Override
            @SuppressWarnings("deprecation") // abstract, so it must be there
            public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int interval, long active) {
                return recorder(resource, interval);
            }

            @Override
            public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int interval) {
                return recorder(resource, interval);
            }
        });
    }

    private Leaks() {}

    static void watch() {
        FOUND.clear();
    }

    static void assertNone() {
        System.gc();
        ByteBufAllocator.DEFAULT.buffer(1).release(); // what was found is reported with the next buffer
        assertThat(FOUND).as("buffers that nobody released").isEmpty();
    }

    private static <T> ResourceLeakDetector<T> recorder(Class<T> resource, int interval) {
        return new ResourceLeakDetector<>(resource, interval) {
            @Override
            protected boolean needReport() {
                return true;
            }

            @Override
            protected void reportTracedLeak(String resourceType, String records) {
                FOUND.add(resourceType + records);
            }

            @Override
            protected void reportUntracedLeak(String resourceType) {
                FOUND.add(resourceType);
            }
        };
    }
}
