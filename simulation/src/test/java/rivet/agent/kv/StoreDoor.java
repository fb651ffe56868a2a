package rivet.agent.kv;

import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.ObjIntConsumer;
import rivet.protocol.ActorId;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvRequest;
import rivet.protocol.kv.KvWire;
import rivet.simulation.Threads;

/** What the simulation builds of this room: all stores of one run of an agent, with sockets of the simulation's. */
public final class StoreDoor {

    private static final int MOST_WAITING = 100;

    private final Threads threads;
    private final ActorStores stores;
    private final Memory memory;

    public StoreDoor(ActorStores.Remote remote, BooleanSupplier holdsLease, Memory memory, Threads threads) {
        this.threads = threads;
        this.stores = new ActorStores(remote, holdsLease, new CompositeMeterRegistry(), new Simulated(threads));
        this.memory = memory;
    }

    /** How what is known of a store is kept. */
    public enum Memory {
        AS_IT_IS,
        /** A planted fault: what was known is trusted also after a write that may or may not have been done. */
        NEVER_UNCERTAIN
    }

    /** For a generation that is being started. */
    public Store open(ActorId actor, long generation) {
        return new Store(store(actor, generation));
    }

    /** For one that an earlier run of the agent had started. */
    public Store reopen(ActorId actor, long generation) {
        var store = store(actor, generation);
        store.resume();
        return new Store(store);
    }

    private RemoteStore store(ActorId actor, long generation) {
        var known = memory == Memory.AS_IT_IS ? new KnownEntries() : new CarelessEntries();
        return stores.store(new ActorStores.Owner(actor, generation), known);
    }

    /** What a process asks, in order, and one message at a time. */
    public final class Store {

        private final RemoteStore store;
        private final BlockingQueue<List<Call>> calls = threads.queue(MOST_WAITING);
        private int waiting;
        private boolean handlesAlarm;
        private boolean closed;

        private Store(RemoteStore store) {
            this.store = store;
            threads.start("kv-asking", this::ask);
        }

        /** How many were asked that are not answered. */
        public int waiting() {
            return waiting;
        }

        /** As the socket knows it: from when a firing is told until the process says what became of it. */
        public boolean handlesAlarm() {
            return handlesAlarm;
        }

        /** @param requests of one kind, which go together @param answers takes one for each, with its place among them */
        public void ask(List<KvRequest> requests, ObjIntConsumer<byte[]> answers) {
            long giveUp = threads.nanos() + Call.BOUND.toNanos();
            var together = new ArrayList<Call>();
            for (int i = 0; i < requests.size(); i++) {
                int place = i;
                var request = requests.get(i);
                together.add(new Call(request, new Bytes(KvWire.write(request)), giveUp, answer -> {
                    waiting--;
                    heard(request, answer);
                    answers.accept(answer, place);
                }));
            }
            waiting += together.size();
            calls.add(together);
        }

        private void heard(KvRequest request, byte[] answer) {
            if (request instanceof KvRequest.NextAlarm) {
                handlesAlarm = KvWire.isFired(answer);
            } else if (request instanceof KvRequest.AlarmWrite.Done || request instanceof KvRequest.AlarmWrite.Failed) {
                handlesAlarm = false;
            }
        }

        /** What waits is not answered. */
        public void close() {
            closed = true;
            calls.add(List.of());
        }

        private void ask() {
            try {
                for (var next = calls.take(); !closed; next = calls.take()) {
                    store.answer(next);
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException("nobody interrupts the simulation", e);
            }
        }
    }

    private static final class CarelessEntries extends KnownEntries {

        @Override
        void becomeUncertain() {
            // that is the fault
        }
    }

    private record Simulated(Threads threads) implements Pace {

        @Override
        public long nanos() {
            return threads.nanos();
        }

        @Override
        public void sleep(long nanos) {
            threads.sleep(nanos);
        }

        @Override
        public Runnable start(String name, Runnable work) {
            threads.start(name, work);
            return () -> {};
        }

        @Override
        public <T> T await(CompletableFuture<T> answer, long atMostNanos) throws ExecutionException, TimeoutException {
            return threads.await(answer, atMostNanos);
        }

        @Override
        public <T> BlockingQueue<T> queue(int most) {
            return threads.queue(most);
        }

        @Override
        public Semaphore places(int many) {
            return threads.places(many);
        }
    }
}
