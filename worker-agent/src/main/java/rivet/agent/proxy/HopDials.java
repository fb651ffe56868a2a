package rivet.agent.proxy;

import io.netty.channel.Channel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The connections that one lane opens to one other agent, a few at a time. Until both ends have proved who they are costs them far
 * more than a request. If everybody who was held for an actor dialled at once, they would make each other too late, and try again,
 * and so keep an agent from answering that is well.
 */
final class HopDials {

    /** Enough for twenty new connections a second of each lane where a greeting takes 200 ms, as it does across an ocean. */
    static final int AT_ONCE = 4;

    private final Consumer<Consumer<@Nullable Channel>> dial;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private int underWay;

    /** @param since on {@link System#nanoTime} */
    private record Waiting(long since, BooleanSupplier wanted, Consumer<@Nullable Channel> opened) {}

    /** @param dial tells once whether it got a connection */
    HopDials(Consumer<Consumer<@Nullable Channel>> dial) {
        this.dial = dial;
    }

    /**
     * @param wanted asked when its turn comes; where it says no, nothing is opened and nothing told
     * @param opened gets the connection, or null where one failed that was begun when this one waited already
     */
    void open(BooleanSupplier wanted, Consumer<@Nullable Channel> opened) {
        waiting.add(new Waiting(System.nanoTime(), wanted, opened));
        dialNext();
    }

    boolean isIdle() {
        return underWay == 0 && waiting.isEmpty();
    }

    private void dialNext() {
        while (underWay < AT_ONCE && !waiting.isEmpty()) {
            Waiting first = waiting.remove();
            if (first.wanted().getAsBoolean()) {
                underWay++;
                long begun = System.nanoTime();
                dial.accept(channel -> dialled(first, begun, channel));
            }
        }
    }

    private void dialled(Waiting first, long begun, @Nullable Channel channel) {
        underWay--;
        List<Waiting> unreached = channel == null ? removeBefore(begun) : List.of();
        dialNext();
        first.opened().accept(channel);
        unreached.forEach(each -> each.opened().accept(null));
    }

    /** Each would wait for as long again, only to learn the same. */
    private List<Waiting> removeBefore(long begun) {
        List<Waiting> before = new ArrayList<>();
        while (!waiting.isEmpty() && waiting.element().since() - begun < 0) {
            before.add(waiting.remove());
        }
        return before;
    }
}
