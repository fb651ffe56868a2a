package rivet.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameEdgesTest {

    private static final int TEXT = 0x81;
    private static final int CLOSE = 0x88;

    @ParameterizedTest
    @CsvSource({
        "0,false",
        "1,false",
        "125,false",
        "126,false",
        "65535,false",
        "65536,false",
        "0,true",
        "126,true",
        "65536,true"
    })
    void ends_of_frames_are_seen_however_the_bytes_arrive(int length, boolean masked) {
        ByteBuf frame = frame(TEXT, length, masked);
        int size = frame.readableBytes();
        for (int cut = 1; cut <= size; cut = cut < 20 || cut > size - 3 ? cut + 1 : size - 2) {
            var edges = new FrameEdges();
            var _ = edges.pass(frame.slice(0, cut));
            assertThat(edges.open()).as("after %d of %d", cut, size).isEqualTo(cut == size);
            var _ = edges.pass(frame.slice(cut, size - cut));
            assertThat(edges.open()).as("after all, cut at %d", cut).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 125})
    void nothing_follows_a_close_frame(int length) {
        var edges = new FrameEdges();
        edges.pass(frame(TEXT, 3, false));
        edges.pass(frame(CLOSE, length, false));
        assertThat(edges.open()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"1005,true", "1006,true", "1015,true", "1000,false", "1001,false", "1012,false", "3000,false"})
    void close_frame_with_a_reason_that_no_client_takes_is_not_the_last(int code, boolean unspeakable) {
        var edges = new FrameEdges();
        ByteBuf bytes = frame(TEXT, 3, false).writeBytes(frame(CLOSE, 2, false));
        bytes.setShort(bytes.writerIndex() - 2, code);

        int cut = edges.pass(bytes);

        assertThat(cut).isEqualTo(unspeakable ? 5 : FrameEdges.NONE);
        assertThat(edges.open()).isEqualTo(unspeakable);
    }

    private static ByteBuf frame(int first, int length, boolean masked) {
        ByteBuf frame = Unpooled.buffer().writeByte(first);
        int mask = masked ? 0x80 : 0;
        if (length < 126) {
            frame.writeByte(mask | length);
        } else if (length < 65_536) {
            frame.writeByte(mask | 126).writeShort(length);
        } else {
            frame.writeByte(mask | 127).writeLong(length);
        }
        return frame.writeZero(masked ? 4 : 0).writeBytes(new byte[length]);
    }
}
