package rivet.controlplane.kv;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import rivet.controlplane.alarm.Alarms;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvCall.Question;
import rivet.protocol.kv.KvReply;
import rivet.protocol.kv.KvWire;
import rivet.simulation.Parts;
import rivet.simulation.Threads;

/** What the simulation builds of this room: the stores of one replica, asked as its socket asks them. */
public final class KvDoor {

    private final KvStore store;

    public KvDoor(Parts parts, Threads threads) {
        this.store = new KvStore(
                parts.get(KvRepository.class),
                parts.get(Alarms.class),
                parts.get(StoreMeters.class),
                new Simulated(threads));
    }

    /** On a thread that may wait for the database. @param reply takes it now or later, or never */
    public void answer(byte[] message, Consumer<byte[]> reply) {
        var call = KvWire.call(message);
        try {
            var _ = answer(call.question())
                    .thenAccept(
                            answer -> reply.accept(KvWire.write(new KvReply(call.number(), true, new Bytes(answer)))));
        } catch (RuntimeException e) {
            var why = new Bytes(e.toString().getBytes(StandardCharsets.UTF_8));
            reply.accept(KvWire.write(new KvReply(call.number(), false, why)));
        }
    }

    private CompletableFuture<byte[]> answer(Question question) {
        return switch (question) {
            case Question.Write(var batches) -> store.write(batches);
            case Question.Read(var actor, var generation, var confirmed, var message) ->
                CompletableFuture.completedFuture(
                        store.read(new KvStore.Writer(actor.value(), generation), confirmed, message.array()));
            case Question.Resume(var actor, var generation) ->
                CompletableFuture.completedFuture(store.resume(new KvStore.Writer(actor.value(), generation)));
        };
    }

    private record Simulated(Threads threads) implements Pace {

        @Override
        public <T> BlockingQueue<T> queue(int most) {
            return threads.queue(most);
        }

        @Override
        public Runnable start(String name, Runnable work) {
            threads.start(name, work);
            return () -> {};
        }

        @Override
        public <T> CompletableFuture<T> within(CompletableFuture<T> answer, T otherwise, Duration bound) {
            threads.after(bound.toNanos(), () -> answer.complete(otherwise));
            return answer;
        }
    }
}
