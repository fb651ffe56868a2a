package rivet.client;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** The items of all pages; a page is asked for when the one before has been read. */
final class Pages<T> implements Iterator<T> {

    /** Asks for the page at a cursor; absent: the first. */
    @FunctionalInterface
    interface Source<T> {
        Page<T> page(@Nullable String cursor);
    }

    private final Source<T> source;
    private Page<T> page;
    private int next;

    private Pages(Source<T> source, Page<T> first) {
        this.source = source;
        this.page = first;
    }

    static <T> Stream<T> stream(@Nullable String from, Source<T> source) {
        var items = new Pages<>(source, source.page(from));
        return StreamSupport.stream(
                Spliterators.spliteratorUnknownSize(items, Spliterator.ORDERED | Spliterator.NONNULL), false);
    }

    @Override
    public boolean hasNext() {
        // A page may be empty and not the last: the server looked at many and found none that fits.
        while (next >= page.items().size() && page.next() != null) {
            page = source.page(page.next());
            next = 0;
        }
        return next < page.items().size();
    }

    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return page.items().get(next++);
    }
}
