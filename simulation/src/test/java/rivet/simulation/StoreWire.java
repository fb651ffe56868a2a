package rivet.simulation;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import rivet.agent.kv.ActorStores;
import rivet.protocol.ActorId;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvBatch;
import rivet.protocol.kv.KvCall;
import rivet.protocol.kv.KvCall.Question;
import rivet.protocol.kv.KvWire;

/**
 * The way of one agent's stores to the replica that it speaks with, after that of the agent's link, which is bound to real
 * sockets: one socket at a time, on which questions and answers are late, come twice, or are held up while the way is cut. What
 * is under way when it ends may still be done.
 */
final class StoreWire implements ActorStores.Remote {

    private static final long TIMEOUT = Duration.ofSeconds(6).toNanos();
    private static final long CONNECT_TIMEOUT = Duration.ofSeconds(4).toNanos();

    private final World world;
    private final SimulatedAgent agent;
    private final Threads threads;
    private @Nullable Socket current;
    private long asked;

    StoreWire(World world, SimulatedAgent agent, Threads threads) {
        this.world = world;
        this.agent = agent;
        this.threads = threads;
    }

    @Override
    public CompletableFuture<byte[]> write(List<KvBatch> batches) {
        return ask(new Question.Write(batches));
    }

    @Override
    public CompletableFuture<byte[]> read(ActorId actor, long generation, long confirmed, byte[] reads) {
        return ask(new Question.Read(actor, generation, confirmed, new Bytes(reads)));
    }

    @Override
    public CompletableFuture<byte[]> resume(ActorId actor, long generation) {
        return ask(new Question.Resume(actor, generation));
    }

    private CompletableFuture<byte[]> ask(Question question) {
        var socket = connected();
        if (socket != null) {
            return socket.ask(question);
        }
        var failed = new CompletableFuture<byte[]>();
        threads.after(CONNECT_TIMEOUT, () -> failed.completeExceptionally(new IOException("not connected")));
        return failed;
    }

    /** Absent: it cannot be. */
    private @Nullable Socket connected() {
        var replica = agent.spokenWith();
        var socket = current;
        if (socket != null && socket.isOpenTo(replica)) {
            return socket;
        }
        if (socket != null) {
            socket.end("another control plane is spoken with");
        }
        if (world.upCut(agent, replica) || world.downCut(agent, replica)) {
            return null;
        }
        var opened = new Socket(replica);
        current = opened;
        return opened;
    }

    private final class Socket {

        private final SimulatedReplica replica;
        private final Lane up;
        private final Lane down;
        private final Map<Long, CompletableFuture<byte[]>> waiting = new LinkedHashMap<>();
        private boolean ended;

        Socket(SimulatedReplica replica) {
            this.replica = replica;
            this.up = new Lane(world, () -> world.upCut(agent, replica));
            this.down = new Lane(world, () -> world.downCut(agent, replica));
            replica.onKilled(() -> down.in(() -> end("the replica is gone")));
        }

        boolean isOpenTo(SimulatedReplica spokenWith) {
            return !ended && replica.equals(spokenWith);
        }

        CompletableFuture<byte[]> ask(Question question) {
            long number = ++asked;
            var answer = new CompletableFuture<byte[]>();
            waiting.put(number, answer);
            threads.after(TIMEOUT, () -> {
                if (waiting.containsKey(number)) {
                    end("no answer in time");
                }
            });
            var call = KvWire.write(new KvCall(number, question));
            up.in(() -> arrives(call));
            if (world.again()) {
                up.again(() -> arrives(call));
            }
            if (world.losesHeartbeat()) {
                threads.after(world.delay(), () -> end("the connection is lost"));
            }
            return answer;
        }

        private void arrives(byte[] call) {
            replica.ask(call, reply -> {
                down.in(() -> threads.after(0, () -> heard(reply)));
                if (world.again()) {
                    down.again(() -> threads.after(0, () -> heard(reply)));
                }
            });
        }

        private void heard(byte[] message) {
            var reply = KvWire.reply(message);
            var answer = ended ? null : waiting.remove(reply.number());
            if (answer == null) {
                return;
            }
            if (reply.answered()) {
                answer.complete(reply.bytes().array());
            } else {
                answer.completeExceptionally(new IOException("it failed"));
            }
        }

        /** All that wait hear of it; nobody asks here again. */
        private void end(String why) {
            ended = true;
            var all = List.copyOf(waiting.values());
            waiting.clear();
            all.forEach(answer -> answer.completeExceptionally(new IOException(why)));
        }
    }
}
