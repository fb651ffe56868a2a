package rivet.agent.proxy.http;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The head of one message: its bytes, and where its parts stand in them. Used again for the next message of its
 * connection, so that a request makes no garbage; what is kept longer is copied out.
 */
public abstract sealed class Head permits RequestHead, ResponseHead {

    private static final int USUAL_BYTES = 1024;
    private static final int USUAL_FIELDS = 16;

    private byte[] bytes = new byte[USUAL_BYTES];
    private int length;
    private FieldName[] names = new FieldName[USUAL_FIELDS];
    /** Four a field: where its name and its value begin and end. */
    private int[] spans = new int[USUAL_FIELDS * 4];

    private int count;

    private final ConnectionOptions options = new ConnectionOptions();
    private long contentLength;
    private boolean chunked;
    private int upgradeField;
    private boolean http10;

    Head() {
        forget();
    }

    abstract @Nullable Refusal startLine(int from, int to);

    /** Checks what only the whole head can tell. */
    abstract @Nullable Refusal complete();

    void clear() {
        forget();
        if (bytes.length > USUAL_BYTES * 4) {
            // One large head must not make an idle connection expensive for ever.
            bytes = new byte[USUAL_BYTES];
            names = new FieldName[USUAL_FIELDS];
            spans = new int[USUAL_FIELDS * 4];
        }
    }

    private void forget() {
        length = 0;
        count = 0;
        contentLength = -1;
        chunked = false;
        upgradeField = -1;
        http10 = false;
        options.clear();
    }

    void append(ByteBuf in, int many) {
        if (length + many > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + many));
        }
        in.readBytes(bytes, length, many);
        length += many;
    }

    /** Gives back what was read beyond the end of the head. */
    void endAt(int end, ByteBuf in) {
        in.readerIndex(in.readerIndex() - (length - end));
        length = end;
    }

    @Nullable
    Refusal field(int from, int to) {
        int colon = from;
        while (colon < to && Chars.token(bytes[colon])) {
            colon++;
        }
        if (colon == from || colon == to || bytes[colon] != ':') {
            return Refusal.malformed(
                    "A header line is not 'name: value'; folded lines and space before the colon are refused.");
        }
        int valueFrom = colon + 1;
        while (valueFrom < to && Chars.space(bytes[valueFrom])) {
            valueFrom++;
        }
        int valueTo = to;
        while (valueTo > valueFrom && Chars.space(bytes[valueTo - 1])) {
            valueTo--;
        }
        for (int i = valueFrom; i < valueTo; i++) {
            if (!Chars.fieldValue(bytes[i])) {
                return Refusal.malformed("A header value holds a control character.");
            }
        }
        FieldName name = FieldName.of(bytes, from, colon);
        add(name, from, colon, valueFrom, valueTo);
        return note(name, count - 1);
    }

    private void add(FieldName name, int nameFrom, int nameTo, int valueFrom, int valueTo) {
        if (count == names.length) {
            names = Arrays.copyOf(names, count * 2);
            spans = Arrays.copyOf(spans, count * 8);
        }
        names[count] = name;
        int at = count * 4;
        spans[at] = nameFrom;
        spans[at + 1] = nameTo;
        spans[at + 2] = valueFrom;
        spans[at + 3] = valueTo;
        count++;
    }

    @Nullable
    Refusal note(FieldName name, int field) {
        return switch (name) {
            case CONTENT_LENGTH -> contentLength(valueFrom(field), valueTo(field));
            case TRANSFER_ENCODING -> transferEncoding(field);
            case CONNECTION -> options.read(bytes, valueFrom(field), valueTo(field));
            case UPGRADE -> upgrade(field);
            case TWIN ->
                Refusal.malformed("A header name differs from one that frames the message only by an underscore.");
            default -> null;
        };
    }

    private @Nullable Refusal contentLength(int from, int to) {
        if (contentLength >= 0) {
            return Refusal.malformed("Content-Length is given more than once.");
        }
        long value = 0;
        if (from == to || to - from > 18) {
            return Refusal.malformed("Content-Length is not a number of up to 18 digits.");
        }
        for (int i = from; i < to; i++) {
            if (!Chars.digit(bytes[i])) {
                return Refusal.malformed("Content-Length is not a number of up to 18 digits.");
            }
            value = value * 10 + (bytes[i] - '0');
        }
        contentLength = value;
        return null;
    }

    private @Nullable Refusal transferEncoding(int field) {
        if (chunked || !valueIs(field, "chunked")) {
            return Refusal.malformed("Transfer-Encoding is not exactly 'chunked', once.");
        }
        chunked = true;
        return null;
    }

    private @Nullable Refusal upgrade(int field) {
        if (upgradeField >= 0) {
            return Refusal.malformed("Upgrade is given more than once.");
        }
        upgradeField = field;
        return null;
    }

    /** One length or the other: a message with both, or chunks in a version that has none, can be split in two ways. */
    @Nullable
    Refusal framing() {
        if (chunked && contentLength >= 0) {
            return Refusal.malformed("Both Content-Length and Transfer-Encoding are given.");
        }
        if (chunked && http10) {
            return Refusal.malformed("Transfer-Encoding is given in HTTP/1.0.");
        }
        return null;
    }

    /** Reads {@code HTTP/1.0} or {@code HTTP/1.1}. */
    @Nullable
    Refusal version(int from, int to) {
        boolean http = to - from == 8
                && is(from, to - 3, "http/")
                && bytes[from] == 'H'
                && bytes[from + 1] == 'T'
                && bytes[from + 2] == 'T'
                && bytes[from + 3] == 'P'
                && Chars.digit(bytes[from + 5])
                && bytes[from + 6] == '.'
                && Chars.digit(bytes[from + 7]);
        if (!http) {
            return Refusal.malformed("The start line does not name an HTTP version.");
        }
        if (bytes[from + 5] != '1' || bytes[from + 7] > '1') {
            return new Refusal(505, "version_not_supported", "Only HTTP/1.0 and HTTP/1.1 are spoken here.");
        }
        http10 = bytes[from + 7] == '0';
        return null;
    }

    /** Compares without regard to case; {@code lower} is in lower case. */
    boolean is(int from, int to, String lower) {
        return ConnectionOptions.is(bytes, from, to, lower);
    }

    boolean valueIs(int field, String lower) {
        return is(valueFrom(field), valueTo(field), lower);
    }

    public byte[] bytes() {
        return bytes;
    }

    public int length() {
        return length;
    }

    public int count() {
        return count;
    }

    public FieldName name(int field) {
        return names[field];
    }

    public int nameFrom(int field) {
        return spans[field * 4];
    }

    public int nameTo(int field) {
        return spans[field * 4 + 1];
    }

    public int valueFrom(int field) {
        return spans[field * 4 + 2];
    }

    public int valueTo(int field) {
        return spans[field * 4 + 3];
    }

    public String value(int field) {
        return new String(bytes, valueFrom(field), valueTo(field) - valueFrom(field), StandardCharsets.ISO_8859_1);
    }

    /** The first field of this name, in small letters, or -1. For names that {@link FieldName} does not know. */
    public int field(String lower) {
        for (int i = 0; i < count; i++) {
            if (nameTo(i) - nameFrom(i) == lower.length() && is(nameFrom(i), nameTo(i), lower)) {
                return i;
            }
        }
        return -1;
    }

    /** Whether the sender meant this field for its neighbour only. */
    boolean forNeighbour(int field) {
        return options.others() && namedInConnection(field);
    }

    private boolean namedInConnection(int field) {
        for (int i = 0; i < count; i++) {
            if (names[i] == FieldName.CONNECTION
                    && ConnectionOptions.names(
                            bytes, valueFrom(i), valueTo(i), bytes, nameFrom(field), nameTo(field))) {
                return true;
            }
        }
        return false;
    }

    /** The announced length, or -1. */
    public long contentLength() {
        return contentLength;
    }

    public boolean chunked() {
        return chunked;
    }

    public boolean http10() {
        return http10;
    }

    /** Whether the sender will keep the connection after this message. */
    public boolean persistent() {
        return !options.close() && (!http10 || options.keepAlive());
    }

    /** The field that names the protocol to change to, or -1. */
    int upgradeField() {
        return options.upgrade() && !http10 ? upgradeField : -1;
    }
}
