package rivet.simulation;

import java.util.ArrayDeque;
import java.util.function.BooleanSupplier;

/** One direction of a socket. */
final class Lane {

    private static final long LOOKS = 50_000_000;

    private final World world;
    private final BooleanSupplier cut;
    private final ArrayDeque<Runnable> onTheWay = new ArrayDeque<>();
    private long last;

    Lane(World world, BooleanSupplier cut) {
        this.world = world;
        this.cut = cut;
    }

    /** After all that was sent before. */
    void in(Runnable arrival) {
        last = Math.max(last, world.simulator().now() + world.delay());
        onTheWay.add(arrival);
        at(last, () -> {
            if (!onTheWay.isEmpty()) {
                onTheWay.remove().run();
            }
        });
    }

    /** Some time after the first. */
    void again(Runnable arrival) {
        at(last + world.delayOfSecond(), arrival);
    }

    private void at(long nanos, Runnable arrival) {
        world.simulator().after(nanos - world.simulator().now(), () -> {
            if (cut.getAsBoolean()) {
                at(world.simulator().now() + LOOKS, arrival);
            } else {
                arrival.run();
            }
        });
    }
}
