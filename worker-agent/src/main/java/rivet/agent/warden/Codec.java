package rivet.agent.warden;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import rivet.agent.linux.Exit;
import rivet.agent.warden.Message.CloseInput;
import rivet.agent.warden.Message.Exited;
import rivet.agent.warden.Message.Held;
import rivet.agent.warden.Message.Hello;
import rivet.agent.warden.Message.Lease;
import rivet.agent.warden.Message.Output;
import rivet.agent.warden.Message.OutputEnd;
import rivet.agent.warden.Message.Release;
import rivet.agent.warden.Message.Send;
import rivet.agent.warden.Message.Sent;
import rivet.agent.warden.Message.Shutdown;
import rivet.agent.warden.Message.Signal;
import rivet.agent.warden.Message.Spawn;
import rivet.agent.warden.Message.Spawned;
import rivet.agent.warden.Message.Stop;
import rivet.agent.warden.Message.Taken;
import rivet.agent.warden.Message.Welcome;

/** How messages are written as bytes; {@link Message} says in words how. */
final class Codec {

    private Codec() {}

    static byte[] encode(Message message) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeInt(0);
            write(message, out);
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
        var frame = bytes.toByteArray();
        int length = frame.length - Integer.BYTES;
        for (int i = 0; i < Integer.BYTES; i++) {
            frame[i] = (byte) (length >>> (8 * (Integer.BYTES - 1 - i)));
        }
        return frame;
    }

    /** @param frame without its length */
    static Message decode(byte[] frame) throws IOException {
        try (var in = new DataInputStream(new ByteArrayInputStream(frame))) {
            return read(in.readUnsignedByte(), in);
        }
    }

    private static void write(Message message, DataOutputStream out) throws IOException {
        switch (message) {
            case Hello m -> {
                out.writeByte(1);
                out.writeInt(m.version());
                out.writeLong(m.nanos());
                out.writeLong(m.orphanLimitMs());
            }
            case Spawn m -> {
                out.writeByte(2);
                texts(out, m.id(), m.mark());
                list(out, m.line());
                list(out, m.environment());
                text(out, m.folder());
                list(out, m.groups());
                out.writeLong(m.user());
            }
            case Send m -> {
                out.writeByte(3);
                text(out, m.id());
                bytes(out, m.bytes().array());
                text(out, m.label());
            }
            case CloseInput m -> {
                out.writeByte(4);
                text(out, m.id());
            }
            case Signal m -> {
                out.writeByte(5);
                text(out, m.id());
                out.writeInt(m.signal());
            }
            case Stop m -> {
                out.writeByte(6);
                text(out, m.id());
                out.writeLong(m.graceMs());
            }
            case Taken m -> {
                out.writeByte(7);
                text(out, m.id());
                out.writeByte(m.stream());
                out.writeLong(m.offset());
            }
            case Release m -> {
                out.writeByte(8);
                text(out, m.id());
            }
            case Lease m -> {
                out.writeByte(9);
                out.writeLong(m.deadlineNanos());
            }
            case Shutdown _ -> out.writeByte(10);
            case Welcome m -> {
                out.writeByte(20);
                out.writeInt(m.version());
                out.writeInt(m.held().size());
                for (var held : m.held()) {
                    write(held, out);
                }
            }
            case Spawned m -> {
                out.writeByte(21);
                text(out, m.id());
                out.writeInt(m.pid());
                text(out, m.failure());
            }
            case Sent m -> {
                out.writeByte(22);
                texts(out, m.id(), m.failure());
            }
            case Exited m -> {
                out.writeByte(23);
                text(out, m.id());
                write(m.exit(), out);
            }
            case Output m -> {
                out.writeByte(24);
                text(out, m.id());
                out.writeByte(m.stream());
                out.writeLong(m.offset());
                bytes(out, m.bytes().array());
            }
            case OutputEnd m -> {
                out.writeByte(25);
                text(out, m.id());
                out.writeByte(m.stream());
                out.writeLong(m.offset());
            }
        }
    }

    private static Message read(int type, DataInputStream in) throws IOException {
        return switch (type) {
            case 1 -> new Hello(in.readInt(), in.readLong(), in.readLong());
            case 2 -> new Spawn(text(in), text(in), list(in), list(in), text(in), list(in), in.readLong());
            case 3 -> new Send(text(in), Bytes.of(bytes(in)), text(in));
            case 4 -> new CloseInput(text(in));
            case 5 -> new Signal(text(in), in.readInt());
            case 6 -> new Stop(text(in), in.readLong());
            case 7 -> new Taken(text(in), in.readByte(), in.readLong());
            case 8 -> new Release(text(in));
            case 9 -> new Lease(in.readLong());
            case 10 -> new Shutdown();
            case 20 -> {
                int version = in.readInt();
                var held = new ArrayList<Held>();
                for (int i = in.readInt(); i > 0; i--) {
                    held.add(held(in));
                }
                yield new Welcome(version, held);
            }
            case 21 -> new Spawned(text(in), in.readInt(), text(in));
            case 22 -> new Sent(text(in), text(in));
            case 23 -> new Exited(text(in), exit(in));
            case 24 -> new Output(text(in), in.readByte(), in.readLong(), Bytes.of(bytes(in)));
            case 25 -> new OutputEnd(text(in), in.readByte(), in.readLong());
            default ->
                throw new IOException(
                        "message of type %d (expected: one of version %d)".formatted(type, Message.VERSION));
        };
    }

    private static void write(Held held, DataOutputStream out) throws IOException {
        texts(out, held.id(), held.mark(), held.label());
        list(out, held.groups());
        out.writeLong(held.user());
        out.writeInt(held.exit().size());
        for (var exit : held.exit()) {
            write(exit, out);
        }
        out.writeInt(held.taken().size());
        for (var offset : held.taken()) {
            out.writeLong(offset);
        }
    }

    private static Held held(DataInputStream in) throws IOException {
        var id = text(in);
        var mark = text(in);
        var label = text(in);
        var groups = list(in);
        long user = in.readLong();
        var exit = new ArrayList<Exit>();
        for (int i = in.readInt(); i > 0; i--) {
            exit.add(exit(in));
        }
        var taken = new ArrayList<Long>();
        for (int i = in.readInt(); i > 0; i--) {
            taken.add(in.readLong());
        }
        return new Held(id, mark, label, groups, user, exit, taken);
    }

    private static void write(Exit exit, DataOutputStream out) throws IOException {
        switch (exit) {
            case Exit.Code(var code) -> {
                out.writeBoolean(true);
                out.writeInt(code);
            }
            case Exit.Signal(var number) -> {
                out.writeBoolean(false);
                out.writeInt(number);
            }
        }
    }

    private static Exit exit(DataInputStream in) throws IOException {
        return in.readBoolean() ? new Exit.Code(in.readInt()) : new Exit.Signal(in.readInt());
    }

    private static void texts(DataOutputStream out, String... texts) throws IOException {
        for (var text : texts) {
            text(out, text);
        }
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        bytes(out, text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(DataInputStream in) throws IOException {
        return new String(bytes(in), StandardCharsets.UTF_8);
    }

    private static void bytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static byte[] bytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
            throw new IOException("a field of %d bytes in a shorter message".formatted(length));
        }
        return in.readNBytes(length);
    }

    private static void list(DataOutputStream out, List<String> texts) throws IOException {
        out.writeInt(texts.size());
        for (var text : texts) {
            text(out, text);
        }
    }

    private static List<String> list(DataInputStream in) throws IOException {
        var texts = new ArrayList<String>();
        for (int i = in.readInt(); i > 0; i--) {
            texts.add(text(in));
        }
        return texts;
    }
}
