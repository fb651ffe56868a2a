package rivet.agent.proxy.http2;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderValidationUtil;
import io.netty.handler.codec.http2.Http2Headers;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Writes the fields of a message as lines. HTTP/2 can carry any byte in them; what would end a line elsewhere, or frame the
 * message, makes the whole unsound.
 */
final class HeadText {

    private final ByteBuf out;
    private boolean sound = true;

    HeadText(ByteBuf out) {
        this.out = out;
    }

    HeadText put(CharSequence text) {
        out.writeCharSequence(text, StandardCharsets.ISO_8859_1);
        return this;
    }

    /** A part of the first line: visible characters and nothing else. */
    HeadText word(CharSequence text) {
        sound &= !text.isEmpty();
        for (int i = 0; i < text.length(); i++) {
            sound &= text.charAt(i) > ' ' && text.charAt(i) < 0x7f;
        }
        return put(text);
    }

    HeadText line() {
        return put("\r\n");
    }

    HeadText field(CharSequence name, CharSequence value) {
        sound &= HttpHeaderValidationUtil.validateToken(name) < 0
                && HttpHeaderValidationUtil.validateValidHeaderValue(value) < 0;
        return put(name).put(": ").put(value).line();
    }

    /** All but the pseudo-fields and these. */
    HeadText fields(Http2Headers headers, CharSequence... except) {
        for (Map.Entry<CharSequence, CharSequence> field : headers) {
            CharSequence name = field.getKey();
            if (!Http2Headers.PseudoHeaderName.hasPseudoHeaderFormat(name) && !among(name, except)) {
                field(name, field.getValue());
            }
        }
        return this;
    }

    private static boolean among(CharSequence name, CharSequence[] names) {
        for (CharSequence each : names) {
            if (each.toString().contentEquals(name)) {
                return true;
            }
        }
        return false;
    }

    /** Marks the message as one that must not go on. */
    void unsound() {
        sound = false;
    }

    boolean sound() {
        return sound;
    }
}
