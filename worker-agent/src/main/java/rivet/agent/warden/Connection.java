package rivet.agent.warden;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The agent's side of the socket, and the processes that it speaks of. One thread receives. */
final class Connection {

    private static final Logger log = LoggerFactory.getLogger(Connection.class);

    private final Socket socket;
    private final Map<String, Child> children = new ConcurrentHashMap<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean expected;

    Connection(Socket socket) {
        this.socket = socket;
    }

    void start() {
        Thread.ofPlatform().daemon().name("rivet-warden").start(this::receive);
    }

    boolean isUp() {
        return ended.getCount() > 0;
    }

    Child child(String id) {
        return children.computeIfAbsent(id, _ -> new Child(id, this));
    }

    void forget(String id) {
        children.remove(id);
        tell(new Message.Release(id));
    }

    /** What the warden cannot hear any more has no meaning for it; that it is gone is seen by the thread that receives. */
    void tell(Message message) {
        try {
            socket.send(message);
        } catch (IOException e) {
            log.atDebug().setCause(e).log("the warden cannot be told");
        }
    }

    /** True if it left in time. */
    boolean shutdown(long atMostMs) throws InterruptedException {
        expected = true;
        tell(new Message.Shutdown());
        return ended.await(atMostMs, TimeUnit.MILLISECONDS);
    }

    /** As if we had died: it goes on without us. */
    void leave() {
        expected = true;
        socket.close();
    }

    private void receive() {
        try {
            while (true) {
                hear(socket.receive());
            }
        } catch (IOException | RuntimeException e) {
            lost(e);
        }
    }

    private void hear(Message message) {
        switch (message) {
            case Message.Spawned(var id, var _, var failure) -> of(id, child -> child.spawned(failure));
            case Message.Sent(var id, var failure) -> of(id, child -> child.sent(failure));
            case Message.Exited(var id, var exit) -> of(id, child -> child.exited(exit));
            case Message.Output output -> of(output.id(), child -> child.output(output));
            case Message.OutputEnd(var id, var stream, var offset) ->
                of(id, child -> child.outputEnded(stream, offset));
            case Message.Welcome _,
                    Message.Hello _,
                    Message.Spawn _,
                    Message.Send _,
                    Message.CloseInput _,
                    Message.Signal _,
                    Message.Stop _,
                    Message.Taken _,
                    Message.Release _,
                    Message.Lease _,
                    Message.Shutdown _ -> throw new IllegalStateException("not expected here: " + message.getClass());
        }
    }

    /** One child's trouble must not end the thread that serves all. */
    private void of(String id, Consumer<Child> what) {
        var child = children.get(id);
        if (child == null) {
            return;
        }
        try {
            what.accept(child);
        } catch (RuntimeException e) {
            log.atError().addKeyValue("process", id).setCause(e).log("what a process did could not be handled");
        }
    }

    private void lost(Exception why) {
        socket.close();
        ended.countDown();
        if (!expected) {
            log.atError()
                    .addKeyValue("processes", children.size())
                    .setCause(why)
                    .log("the warden ended, and with it all that it had started");
        }
        children.values().forEach(Child::lost);
    }
}
