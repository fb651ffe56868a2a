package rivet.agent;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import rivet.actor.Actor;
import rivet.actor.ActorContext;

/** What authors write, as small as a story needs it. */
public final class JavaActors {

    private JavaActors() {}

    /** Answers with what it knows of itself, until it is told to stop. */
    public static final class Serves implements Actor {
        @Override
        public void start(ActorContext context) throws IOException, InterruptedException {
            var self = context.metadata().actor();
            var reply = "%s %d %s %s %s"
                    .formatted(
                            self.id(),
                            self.generation(),
                            self.tags(),
                            context.environment().get("GREETING"),
                            context.metadata().network().ports());
            var server = HttpServer.create(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), context.port("my-http")), 0);
            server.createContext("/", exchange -> {
                var bytes = reply.getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, bytes.length);
                exchange.getResponseBody().write(bytes);
                exchange.close();
            });
            server.start();
            System.out.println("serving grüße");
            context.shutdown().await();
            System.out.println(
                    "stopping with " + (context.shutdown().left().isPositive() ? "time left" : "no time") + " left");
            server.stop(0);
        }
    }

    /** Tells what its process is and may do. */
    public static final class Looks implements Actor {
        @Override
        public void start(ActorContext context) throws IOException {
            System.out.println("heap " + Runtime.getRuntime().maxMemory() / (1024 * 1024));
            System.out.println("temporary " + Files.createTempFile("x", "y").getParent());
            System.out.println("folder " + Path.of("").toAbsolutePath());
            System.out.println("home " + System.getProperty("user.home"));
            System.out.println("cache "
                    + ProcessHandle.current()
                            .info()
                            .commandLine()
                            .map(line -> line.contains("-XX:AOTCache="))
                            .orElseThrow());
            System.out.println("agent's classes " + isThere("rivet.agent.AgentMain"));
        }

        private static boolean isThere(String name) {
            try {
                Class.forName(name, false, Looks.class.getClassLoader());
                return true;
            } catch (ClassNotFoundException _) {
                return false;
            }
        }
    }

    /** Has a constructor that works and a start that does not. */
    public static final class Crashes implements Actor {
        @Override
        public void start(ActorContext context) {
            throw new IllegalStateException("out of luck");
        }
    }

    /** Asks for more memory than it may have. */
    public static final class Grows implements Actor {
        @Override
        public void start(ActorContext context) {
            var all = new ArrayList<byte[]>();
            while (all.size() < Integer.MAX_VALUE) {
                all.add(new byte[1 << 20]);
            }
            System.out.println(all.size());
        }
    }

    /** Says what it hears is to become of it. */
    public static final class Told implements Actor {
        @Override
        public void start(ActorContext context) throws InterruptedException {
            context.onUpgradeAvailable(build -> System.out.println("waits " + build));
            System.out.println("up");
            context.shutdown().await();
            System.out.println("stops " + context.shutdown().reason().orElseThrow());
        }
    }

    /** No actor. */
    public static final class Plain {}
}
