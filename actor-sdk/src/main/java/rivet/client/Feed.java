package rivet.client;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.Flow;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Things as they happen, to be read in one of two ways: by a thread that waits for each ({@link #stream}), or by a subscriber
 * that is told of each ({@link #publisher}). Every stream and every subscription begins anew and has requests of its own.
 *
 * <p>A connection that is lost is made again where it was left: nothing is missed and nothing comes twice. A feed ends by
 * itself when there can be nothing more, and with a {@link RivetException} when the server refuses it or stays away for as long
 * as a call would be repeated.
 *
 * @param <T> what happens
 */
public final class Feed<T> {

    private final Supplier<Cursor<T>> source;

    Feed(Supplier<Cursor<T>> source) {
        this.source = source;
    }

    /** One reading of a feed, by one thread; only close may come from another. */
    interface Cursor<T> extends AutoCloseable {

        /**
         * Waits for the next.
         *
         * @return empty when there can be nothing more, or when it was closed
         */
        Optional<T> next();

        @Override
        void close();
    }

    /**
     * Everything from the feed's beginning, in order. Its terminal operation waits, without a bound, for whatever comes next.
     * {@linkplain Stream#close() Close} it, as with a {@code try}: that frees its connection, and may be done from any thread to
     * end a reading that waits.
     *
     * @return a sequential stream; it throws {@link RivetException} while it is read
     */
    public Stream<T> stream() {
        var cursor = source.get();
        var all = Spliterators.spliteratorUnknownSize(
                new CursorIterator<>(cursor), Spliterator.ORDERED | Spliterator.NONNULL);
        return StreamSupport.stream(all, false).onClose(cursor::close);
    }

    /**
     * Everything from the feed's beginning, in order, to each subscriber. What a subscriber has not requested is not fetched.
     * Its methods are called on a virtual thread of the subscription, and may block.
     *
     * @return a publisher for any number of subscribers
     */
    public Flow.Publisher<T> publisher() {
        return subscriber -> FeedSubscription.start(subscriber, source.get());
    }

    private static final class CursorIterator<T> implements Iterator<T> {

        private final Cursor<T> cursor;
        private @Nullable T next;
        private boolean over;

        CursorIterator(Cursor<T> cursor) {
            this.cursor = cursor;
        }

        @Override
        public boolean hasNext() {
            if (next == null && !over) {
                next = cursor.next().orElse(null);
                over = next == null;
            }
            return next != null;
        }

        @Override
        public T next() {
            if (!hasNext() || next == null) {
                throw new NoSuchElementException();
            }
            var it = next;
            next = null;
            return it;
        }
    }
}
