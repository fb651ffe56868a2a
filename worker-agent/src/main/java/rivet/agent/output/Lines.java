package rivet.agent.output;

import java.util.Arrays;

/** Cuts a stream of bytes into lines, however the bytes arrive; what is beyond the longest line is counted, not kept. */
final class Lines {

    private final int longest;
    private final Sink sink;
    private byte[] line = new byte[256];
    private int length;
    private long cutBytes;

    Lines(int longest, Sink sink) {
        this.longest = longest;
        this.sink = sink;
    }

    interface Sink {

        /**
         * @param bytes the line without its end, in the first {@code length} of them; valid only during the call
         * @param cutBytes how many more there were
         */
        void line(byte[] bytes, int length, long cutBytes);
    }

    void add(byte[] bytes) {
        int begin = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                keep(bytes, begin, i);
                emit();
                begin = i + 1;
            }
        }
        keep(bytes, begin, bytes.length);
    }

    /** A last line without an end is a line too. */
    void end() {
        if (length + cutBytes > 0) {
            emit();
        }
    }

    private void keep(byte[] bytes, int begin, int end) {
        int kept = Math.min(end - begin, longest - length);
        if (length + kept > line.length) {
            line = Arrays.copyOf(line, Math.min(longest, Math.max(2 * line.length, length + kept)));
        }
        System.arraycopy(bytes, begin, line, length, kept);
        length += kept;
        cutBytes += end - begin - kept;
    }

    private void emit() {
        sink.line(line, withoutCarriageReturn(), cutBytes);
        length = 0;
        cutBytes = 0;
    }

    private int withoutCarriageReturn() {
        return length > 0 && line[length - 1] == '\r' ? length - 1 : length;
    }
}
