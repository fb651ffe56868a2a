package rivet.agent.proxy.http;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Reads a head as its bytes arrive, each line once and as soon as it is complete, so that nonsense is refused without
 * waiting for its end and a head in many small pieces costs no more than one in a single piece.
 */
public final class HeadParser<H extends Head> {

    /** How far it is. */
    public enum Progress {
        MORE,
        DONE,
        REFUSED
    }

    /** Copied at a time, so that the body that came with the head is not copied too. */
    private static final int SLAB_BYTES = 1024;

    private final H head;
    private final HeadLimits limits;
    private int lineFrom;
    private int scanned;
    private boolean started;
    private boolean blankBefore;
    private @Nullable Refusal refusal;

    public HeadParser(H head, HeadLimits limits) {
        this.head = head;
        this.limits = limits;
    }

    public H head() {
        return head;
    }

    /** Why, after {@link Progress#REFUSED}. */
    public Refusal refusal() {
        return refusal != null ? refusal : Refusal.malformed("Nothing was refused.");
    }

    /** Whether some of a head has arrived. */
    public boolean begun() {
        return head.length() > 0;
    }

    public void reset() {
        head.clear();
        lineFrom = 0;
        scanned = 0;
        started = false;
        blankBefore = false;
        refusal = null;
    }

    /** Reads the head and nothing of what follows it. */
    public Progress feed(ByteBuf in) {
        while (in.isReadable()) {
            int room = limits.maxBytes() - head.length();
            if (room == 0) {
                return refuse(Refusal.headTooLarge("The head is larger than %d bytes.".formatted(limits.maxBytes())));
            }
            head.append(in, Math.min(Math.min(room, SLAB_BYTES), in.readableBytes()));
            Progress progress = scan(in);
            if (progress != Progress.MORE) {
                return progress;
            }
        }
        return Progress.MORE;
    }

    private Progress scan(ByteBuf in) {
        byte[] bytes = head.bytes();
        int to = head.length();
        if (!started && !Chars.upper(bytes[lineFrom]) && bytes[lineFrom] != Chars.CR) {
            return refuse(Refusal.malformed("What came is not HTTP/1."));
        }
        for (int i = scanned; i < to; i++) {
            if (bytes[i] != Chars.LF) {
                continue;
            }
            if (i == lineFrom || bytes[i - 1] != Chars.CR) {
                return refuse(Refusal.malformed("A line does not end with CR LF."));
            }
            int from = lineFrom;
            lineFrom = i + 1;
            if (from == i - 1 && started) {
                head.endAt(i + 1, in);
                return ended();
            }
            refusal = line(from, i - 1);
            if (refusal != null) {
                return Progress.REFUSED;
            }
        }
        scanned = to;
        return startLineFits(to) ? Progress.MORE : refuse(startLineTooLong());
    }

    private Progress ended() {
        refusal = head.complete();
        return refusal == null ? Progress.DONE : Progress.REFUSED;
    }

    private @Nullable Refusal line(int from, int to) {
        if (!startLineFits(to)) {
            return startLineTooLong();
        }
        if (!started && from == to) {
            return blank();
        }
        if (!started) {
            started = true;
            return head.startLine(from, to);
        }
        if (head.count() == limits.maxFields()) {
            return Refusal.headTooLarge("The head has more than %d fields.".formatted(limits.maxFields()));
        }
        return head.field(from, to);
    }

    /** One empty line before a request is an old habit of clients, and harmless. */
    private @Nullable Refusal blank() {
        if (blankBefore || head instanceof ResponseHead) {
            return Refusal.malformed("There are empty lines where a message should begin.");
        }
        blankBefore = true;
        return null;
    }

    private boolean startLineFits(int to) {
        return started || to <= limits.maxStartLineBytes();
    }

    private Refusal startLineTooLong() {
        return new Refusal(
                414,
                "target_too_long",
                "The request line is longer than %d bytes.".formatted(limits.maxStartLineBytes()));
    }

    private Progress refuse(Refusal why) {
        refusal = why;
        return Progress.REFUSED;
    }
}
