package rivet.agent.output;

import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import rivet.protocol.ActorId;
import rivet.protocol.LogStream;
import rivet.protocol.link.ToControlPlane.LogLine;

/** What one generation of an actor prints, as lines. Used by one thread at a time. */
public final class ActorOutput {

    /** Longer lines are cut. */
    static final int LONGEST_LINE = 64 * 1024;

    /** A talkative actor is understood; a runaway one must not fill everyone's log. */
    static final long BYTES_PER_SECOND = 1 << 20;

    static final long BURST_BYTES = 2 << 20;

    private final Source source;
    private final Clocks clocks;
    private final Consumer<LogLine> sink;
    private final RateBound rate;
    private final Stream out = new Stream(LogStream.STDOUT);
    private final Stream err = new Stream(LogStream.STDERR);

    public ActorOutput(ActorId actor, long generation, Consumer<LogLine> sink) {
        this(new Source(actor, generation), new Clocks(InstantSource.system(), System::nanoTime), sink);
    }

    ActorOutput(Source source, Clocks clocks, Consumer<LogLine> sink) {
        this.source = source;
        this.clocks = clocks;
        this.sink = sink;
        this.rate = new RateBound(BYTES_PER_SECOND, BURST_BYTES, clocks.nanos().getAsLong());
    }

    record Source(ActorId actor, long generation) {}

    /** @param wall for people; the rate is counted on {@code nanos}, which no one sets */
    record Clocks(InstantSource wall, LongSupplier nanos) {}

    public void out(byte[] bytes) {
        out.lines.add(bytes);
    }

    public void err(byte[] bytes) {
        err.lines.add(bytes);
    }

    /** So many bytes were printed and are nowhere: nobody read them in time. */
    public void lost(LogStream stream, long bytes) {
        var of = stream == LogStream.STDOUT ? out : err;
        of.lines.end();
        of.emit("[rivet: %d bytes lost, printed while no agent read them]".formatted(bytes));
    }

    /** A line of the agent's own among the actor's. */
    public void note(String text) {
        sink.accept(new LogLine(
                source.actor(),
                source.generation(),
                LogStream.STDERR,
                clocks.wall().instant(),
                text));
    }

    /** Nothing more will come. */
    public void end() {
        out.end();
        err.end();
    }

    private final class Stream {

        private final LogStream name;
        private final Lines lines = new Lines(LONGEST_LINE, this::line);
        private long droppedBytes;

        Stream(LogStream name) {
            this.name = name;
        }

        void end() {
            lines.end();
            tellDropped();
        }

        private void line(byte[] bytes, int length, long cutBytes) {
            if (!rate.allows(length, clocks.nanos().getAsLong())) {
                droppedBytes += length + cutBytes + 1;
                return;
            }
            tellDropped();
            var text = text(bytes, length);
            emit(cutBytes == 0 ? text : text + " [rivet: %d bytes cut]".formatted(cutBytes));
        }

        private void tellDropped() {
            if (droppedBytes > 0) {
                emit("[rivet: %d bytes dropped, more than %d bytes/s]".formatted(droppedBytes, BYTES_PER_SECOND));
                droppedBytes = 0;
            }
        }

        private void emit(String text) {
            sink.accept(new LogLine(
                    source.actor(), source.generation(), name, clocks.wall().instant(), text));
        }

        /** A NUL is text, but not to a database. */
        private static String text(byte[] bytes, int length) {
            return new String(bytes, 0, length, StandardCharsets.UTF_8).replace('\0', '\uFFFD');
        }
    }
}
