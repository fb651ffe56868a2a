package rivet.agent.warden;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import rivet.agent.warden.Message.Hello;

/** The warden as a program. Started by {@link WardenProgram}; what it prints goes to a file beside its socket. */
final class WardenMain {

    private static final long CLOCKS_MAY_DIFFER_NANOS = TimeUnit.SECONDS.toNanos(10);

    private WardenMain() {}

    /** @param arguments the socket, the folder of its files, and the variable that each process of the agent has */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        var socket = Path.of(arguments[0]);
        var wards = new Wards(Path.of(arguments[1]), arguments[2]);
        Files.deleteIfExists(socket);
        var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        thread("accept", () -> accept(server, wards));
        thread("clock", wards::keepTime);
        // Never ends: its children die with the thread that started them.
        wards.spawnForEver();
    }

    static void thread(String name, Runnable work) {
        Thread.ofPlatform().name(name).start(work);
    }

    private static void accept(ServerSocketChannel server, Wards wards) {
        while (true) {
            try {
                var channel = server.accept();
                thread("agent", () -> serve(channel, wards));
            } catch (IOException e) {
                System.err.println("no agent can connect any more: " + e);
                return; // The orphan limit ends us.
            }
        }
    }

    private static void serve(SocketChannel channel, Wards wards) {
        try (var session = new Session(new Socket(channel), wards::refill)) {
            if (!(session.receive() instanceof Hello hello) || !welcome(hello)) {
                session.sendNow(new Message.Welcome(Message.VERSION, List.of()));
                return;
            }
            wards.attach(session, hello);
            try {
                while (true) {
                    wards.hear(session, session.receive());
                }
            } finally {
                wards.detach(session);
            }
        } catch (IOException | RuntimeException e) {
            System.err.println("the agent is gone: " + e);
        }
    }

    private static boolean welcome(Hello hello) {
        return hello.version() == Message.VERSION
                && Math.abs(hello.nanos() - System.nanoTime()) < CLOCKS_MAY_DIFFER_NANOS;
    }
}
