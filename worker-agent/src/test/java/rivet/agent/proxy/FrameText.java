package rivet.agent.proxy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Frames of a WebSocket as the texts that a {@link RawConnection} sends and reads, a character a byte. */
final class FrameText {

    static final String SWITCHING =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";

    private static final int FIN = 0x80;
    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final int[] MASK = {0x11, 0xc2, 0x33, 0xf4};

    private FrameText() {}

    /** One that came. @param masked as clients' are */
    record Frame(int opcode, boolean last, boolean masked, String payload) {

        boolean isClose(int code, String reason) {
            return opcode == CLOSE && payload.equals(code(code) + reason);
        }

        boolean isPong(String of) {
            return opcode == PONG && payload.equals(of);
        }
    }

    static String text(String payload) {
        return frame(FIN | TEXT, payload);
    }

    static String begins(String payload) {
        return frame(TEXT, payload);
    }

    static String ends(String payload) {
        return frame(FIN | CONTINUATION, payload);
    }

    static String ping(String payload) {
        return frame(FIN | PING, payload);
    }

    static String close(int code) {
        return frame(FIN | CLOSE, code(code));
    }

    private static String code(int code) {
        return "" + (char) (code >> 8) + (char) (code & 0xff);
    }

    private static String frame(int first, String payload) {
        return (char) first + length(payload.length(), 0) + payload;
    }

    private static String length(int length, int flag) {
        if (length < 126) {
            return "" + (char) (flag | length);
        }
        if (length < 65_536) {
            return "" + (char) (flag | 126) + (char) (length >> 8) + (char) (length & 0xff);
        }
        StringBuilder text = new StringBuilder().append((char) (flag | 127));
        for (int shift = 56; shift >= 0; shift -= 8) {
            text.append((char) ((long) length >> shift & 0xff));
        }
        return text.toString();
    }

    /** As a client says it. @param frame one, as a server says it */
    static String masked(String frame) {
        int header = header(frame.charAt(1));
        String payload = frame.substring(header);
        StringBuilder masked = new StringBuilder().append(frame.charAt(0)).append(length(payload.length(), FIN));
        for (int each : MASK) {
            masked.append((char) each);
        }
        return masked + unmasked(payload, MASK);
    }

    private static int header(int length) {
        return length == 127 ? 10 : length == 126 ? 4 : 2;
    }

    private static String unmasked(String payload, int[] mask) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < payload.length(); i++) {
            text.append((char) (payload.charAt(i) ^ mask[i % mask.length]));
        }
        return text.toString();
    }

    static Frame read(RawConnection from) throws IOException {
        String start = from.read(2);
        int first = start.charAt(0);
        int length = start.charAt(1) & 0x7f;
        boolean masked = start.charAt(1) >= FIN;
        int more = header(length) - 2;
        int many = more == 0 ? length : (int) number(from.read(more));
        int[] mask = masked ? from.read(MASK.length).chars().toArray() : new int[1];
        String payload = unmasked(from.read(many), mask);
        return new Frame(first & 0x0f, first >= FIN, masked, payload);
    }

    private static long number(String bytes) {
        long number = 0;
        for (byte each : bytes.getBytes(StandardCharsets.ISO_8859_1)) {
            number = number << 8 | (each & 0xff);
        }
        return number;
    }

    /** The payload of the next frame, a whole message. */
    static String readText(RawConnection from) throws IOException {
        return read(from).payload();
    }
}
