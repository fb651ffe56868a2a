package rivet.agent.kv;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvAnswer;
import rivet.protocol.kv.KvAnswer.Code;
import rivet.protocol.kv.KvRequest;
import rivet.protocol.kv.KvWire;

/** One connection of an actor: frames come in, each with a number of the actor's own, and go back with it. */
final class StoreConnection implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(StoreConnection.class);

    private static final int NUMBER_BYTES = 4;

    private final SocketChannel channel;
    private final Calls calls;
    private final StoreMeters meters;
    private final Signals signals;

    StoreConnection(SocketChannel channel, Calls calls, StoreMeters meters, Signals signals) {
        this.channel = channel;
        this.calls = calls;
        this.meters = meters;
        this.signals = signals;
    }

    /** What the actor says there that is no matter of the store; may be said again. */
    interface Signals {

        void ready();

        void sleep();

        /** Does not wait for it. @param reply takes the answer's bytes, once */
        void checkpoint(Consumer<byte[]> reply);

        /** Whether it has been told of an alarm that it has not handled. */
        void handling(boolean alarm);

        ActorStores.News news();
    }

    /** Until either side ends it. */
    void run() {
        try (channel;
                var in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel)))) {
            while (true) {
                frame(in);
            }
        } catch (EOFException _) {
            // the actor ended it
        } catch (IOException e) {
            log.atDebug().setCause(e).log("a connection to a store ended");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            log.atDebug().setCause(e).log("a connection to a store could not be closed");
        }
    }

    private void frame(DataInputStream in) throws IOException, InterruptedException {
        int length = in.readInt();
        if (length <= NUMBER_BYTES || length > NUMBER_BYTES + KvWire.MOST_BYTES) {
            throw new IOException("a frame of %d bytes (expected: %d to %d)"
                    .formatted(length, NUMBER_BYTES + 1, NUMBER_BYTES + KvWire.MOST_BYTES));
        }
        int number = in.readInt();
        var bytes = in.readNBytes(length - NUMBER_BYTES);
        if (bytes.length < length - NUMBER_BYTES) {
            throw new EOFException();
        }
        take(number, bytes);
    }

    private void take(int number, byte[] bytes) throws InterruptedException {
        if (KvWire.isReady(bytes)) {
            signals.ready();
            send(number, KvWire.done());
            return;
        }
        if (KvWire.isSleep(bytes)) {
            signals.sleep();
            send(number, KvWire.done());
            return;
        }
        if (KvWire.isCheckpoint(bytes)) {
            signals.checkpoint(answer -> send(number, answer));
            return;
        }
        if (KvWire.isNews(bytes)) {
            var news = signals.news();
            send(number, KvWire.news(news.stop(), news.newer()));
            return;
        }
        KvRequest request;
        try {
            request = KvWire.request(bytes);
        } catch (IllegalArgumentException e) {
            send(number, KvWire.write(new KvAnswer.Refused(Code.INVALID, String.valueOf(e.getMessage()))));
            return;
        }
        long begun = System.nanoTime();
        var kind = meters.of(request);
        calls.put(new Call(request, new Bytes(bytes), begun + Call.BOUND.toNanos(), answer -> {
            kind.answered(begun, answer);
            heard(request, answer);
            send(number, answer);
        }));
    }

    private void heard(KvRequest request, byte[] answer) {
        switch (request) {
            case KvRequest.NextAlarm _ -> signals.handling(KvWire.isFired(answer));
            case KvRequest.AlarmWrite.Done _, KvRequest.AlarmWrite.Failed _ -> signals.handling(false);
            case KvRequest.AlarmWrite.Set _,
                    KvRequest.AlarmWrite.Delete _,
                    KvRequest.Alarms _,
                    KvRequest.Get _,
                    KvRequest.Range _,
                    KvRequest.Write _ -> {}
        }
    }

    /** Waits while the actor does not read; it is its own calls that wait with it. */
    private synchronized void send(int number, byte[] answer) {
        var frame = ByteBuffer.allocate(2 * Integer.BYTES + answer.length)
                .putInt(NUMBER_BYTES + answer.length)
                .putInt(number)
                .put(answer)
                .flip();
        try {
            while (frame.hasRemaining()) {
                channel.write(frame);
            }
        } catch (IOException e) {
            close();
        }
    }
}
