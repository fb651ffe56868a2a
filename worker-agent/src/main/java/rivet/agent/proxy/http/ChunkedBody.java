package rivet.agent.proxy.http;

import io.netty.buffer.ByteBuf;

/**
 * Follows chunks and trailers byte by byte between stretches of data. The chunks go on as they came, so everything that
 * a more lenient reader could take for an end elsewhere is refused.
 */
final class ChunkedBody extends Body {

    /** Fifteen digits are a petabyte of petabytes, and fit a long. */
    private static final int MAX_SIZE_DIGITS = 15;

    private static final int MAX_EXTENSION_BYTES = 256;
    private static final int MAX_TRAILER_BYTES = 8 * 1024;
    private static final int NOTED_NAME_BYTES = 64;

    private enum State {
        SIZE,
        EXTENSION_START,
        EXTENSION_NAME,
        EXTENSION_VALUE_START,
        EXTENSION_VALUE,
        EXTENSION_QUOTED,
        EXTENSION_ESCAPED,
        EXTENSION_UNQUOTED,
        SIZE_LF,
        DATA,
        DATA_CR,
        DATA_LF,
        TRAILER_START,
        TRAILER_NAME,
        TRAILER_VALUE,
        TRAILER_LF,
        END_LF,
        DONE,
        BROKEN
    }

    private State state = State.SIZE;
    private long size;
    private long bytes;
    private int sizeDigits;
    private int extensionBytes;
    private int trailerBytes;
    private byte[] trailerName = {};
    private int trailerNameBytes;
    private final StringBuilder trailers = new StringBuilder(0);

    @Override
    public int take(ByteBuf in) {
        int at = in.readerIndex();
        int end = in.writerIndex();
        while (at < end && state != State.DONE && state != State.BROKEN) {
            if (state == State.DATA) {
                int many = (int) Math.min(size, end - at);
                size -= many;
                bytes += many;
                at += many;
                state = size == 0 ? State.DATA_CR : State.DATA;
            } else {
                state = next(in.getByte(at++));
            }
        }
        return state == State.BROKEN ? Body.BROKEN : at - in.readerIndex();
    }

    @Override
    public int nextData(ByteBuf in) {
        while (in.isReadable() && state != State.DONE && state != State.BROKEN) {
            if (state == State.DATA) {
                int many = (int) Math.min(size, in.readableBytes());
                size -= many;
                bytes += many;
                state = size == 0 ? State.DATA_CR : State.DATA;
                return many;
            }
            byte b = in.readByte();
            state = next(b);
            keepTrailer(b);
        }
        return state == State.BROKEN ? Body.BROKEN : 0;
    }

    private void keepTrailer(byte b) {
        if (state == State.TRAILER_NAME || state == State.TRAILER_VALUE || state == State.TRAILER_LF) {
            trailers.append(state == State.TRAILER_LF ? '\n' : (char) (b & 0xff));
        }
    }

    @Override
    public String trailers() {
        return trailers.toString();
    }

    @Override
    public long bytes() {
        return bytes;
    }

    private State next(byte b) {
        return switch (state) {
            case SIZE -> size(b);
            case EXTENSION_START,
                    EXTENSION_NAME,
                    EXTENSION_VALUE_START,
                    EXTENSION_VALUE,
                    EXTENSION_QUOTED,
                    EXTENSION_ESCAPED,
                    EXTENSION_UNQUOTED -> ++extensionBytes <= MAX_EXTENSION_BYTES ? extension(b) : State.BROKEN;
            case SIZE_LF -> b != Chars.LF ? State.BROKEN : size > 0 ? State.DATA : State.TRAILER_START;
            case DATA_CR -> b == Chars.CR ? State.DATA_LF : State.BROKEN;
            case DATA_LF -> b == Chars.LF ? nextChunk() : State.BROKEN;
            case TRAILER_START -> b == Chars.CR ? State.END_LF : nextTrailer(b);
            case TRAILER_NAME -> trailerName(b);
            case TRAILER_VALUE -> trailerValue(b);
            case TRAILER_LF -> b == Chars.LF ? State.TRAILER_START : State.BROKEN;
            case END_LF -> b == Chars.LF ? State.DONE : State.BROKEN;
            case DATA, DONE, BROKEN -> State.BROKEN;
        };
    }

    private State nextChunk() {
        size = 0;
        sizeDigits = 0;
        extensionBytes = 0;
        return State.SIZE;
    }

    private State size(byte b) {
        int digit = Chars.hex(b);
        if (digit >= 0) {
            size = size * 16 + digit;
            return ++sizeDigits <= MAX_SIZE_DIGITS ? State.SIZE : State.BROKEN;
        }
        if (sizeDigits == 0) {
            return State.BROKEN;
        }
        return b == Chars.CR ? State.SIZE_LF : b == ';' ? State.EXTENSION_START : State.BROKEN;
    }

    /** Names and values to the letter: what else stands behind a size is where readers disagree about its end. */
    private State extension(byte b) {
        return switch (state) {
            case EXTENSION_START -> Chars.token(b) ? State.EXTENSION_NAME : State.BROKEN;
            case EXTENSION_NAME ->
                Chars.token(b) ? State.EXTENSION_NAME : b == '=' ? State.EXTENSION_VALUE_START : extensionEnd(b);
            case EXTENSION_VALUE_START ->
                b == '"' ? State.EXTENSION_QUOTED : Chars.token(b) ? State.EXTENSION_VALUE : State.BROKEN;
            case EXTENSION_VALUE -> Chars.token(b) ? State.EXTENSION_VALUE : extensionEnd(b);
            case EXTENSION_QUOTED ->
                b == '"' ? State.EXTENSION_UNQUOTED : b == '\\' ? State.EXTENSION_ESCAPED : quoted(b);
            case EXTENSION_ESCAPED -> quoted(b);
            case EXTENSION_UNQUOTED -> extensionEnd(b);
            case SIZE, SIZE_LF, DATA, DATA_CR, DATA_LF, TRAILER_START, TRAILER_NAME -> State.BROKEN;
            case TRAILER_VALUE, TRAILER_LF, END_LF, DONE, BROKEN -> State.BROKEN;
        };
    }

    private static State extensionEnd(byte b) {
        return b == Chars.CR ? State.SIZE_LF : b == ';' ? State.EXTENSION_START : State.BROKEN;
    }

    private static State quoted(byte b) {
        return Chars.fieldValue(b) ? State.EXTENSION_QUOTED : State.BROKEN;
    }

    private State nextTrailer(byte b) {
        trailerNameBytes = 0;
        if (trailerName.length == 0) {
            trailerName = new byte[NOTED_NAME_BYTES];
        }
        return b == ':' ? State.BROKEN : trailerName(b);
    }

    private State trailerName(byte b) {
        if (++trailerBytes > MAX_TRAILER_BYTES) {
            return State.BROKEN;
        }
        if (b == ':') {
            return allowed() ? State.TRAILER_VALUE : State.BROKEN;
        }
        if (trailerNameBytes < trailerName.length) {
            trailerName[trailerNameBytes++] = b;
        }
        return Chars.token(b) ? State.TRAILER_NAME : State.BROKEN;
    }

    /** A trailer may be merged with the head by its reader, so it may not say what only a head may. */
    private boolean allowed() {
        return FieldName.of(trailerName, 0, trailerNameBytes).way() == FieldName.Way.KEPT;
    }

    private State trailerValue(byte b) {
        if (b == Chars.CR) {
            return State.TRAILER_LF;
        }
        return Chars.fieldValue(b) && ++trailerBytes <= MAX_TRAILER_BYTES ? State.TRAILER_VALUE : State.BROKEN;
    }

    @Override
    public boolean done() {
        return state == State.DONE;
    }
}
