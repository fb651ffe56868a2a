package rivet.agent.launch;

import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * What a JVM does while it learns for its cache which classes an actor will need: it loads those of the class path without
 * initialising them, so that nothing of the author's runs, and serves one request with the JDK's own server, because most
 * of a small actor's start is the JDK's. It runs in an actor's sandbox, so it knows the JDK and nothing else.
 */
final class Rehearsal {

    /** More would make a cache that is slower to open than it saves. */
    private static final int MOST_CLASSES = 20_000;

    private static final byte[] REQUEST =
            "GET / HTTP/1.1\r\nHost: rehearsal\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private Rehearsal() {}

    public static void main(String[] arguments) throws Exception {
        for (var jar : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            load(jar);
        }
        serve();
        Thread.startVirtualThread(() -> {}).join();
    }

    private static void load(String path) throws IOException {
        try (var jar = new JarFile(path)) {
            jar.stream()
                    .map(JarEntry::getName)
                    .filter(Rehearsal::isClass)
                    .limit(MOST_CLASSES)
                    .forEach(Rehearsal::loadClass);
        }
    }

    private static boolean isClass(String entry) {
        return entry.endsWith(".class") && !entry.startsWith("META-INF/") && !entry.endsWith("-info.class");
    }

    private static void loadClass(String entry) {
        var name = entry.substring(0, entry.length() - ".class".length()).replace('/', '.');
        try {
            Class.forName(name, false, ClassLoader.getSystemClassLoader());
        } catch (ClassNotFoundException | LinkageError _) {
            // Libraries have classes for libraries that are not there; the actor will not load them either.
        }
    }

    private static void serve() throws IOException {
        var here = InetAddress.getLoopbackAddress();
        var server = HttpServer.create(new InetSocketAddress(here, 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(200, 1);
                exchange.getResponseBody().write('.');
            }
        });
        server.start();
        try (var client = new Socket(here, server.getAddress().getPort())) {
            client.getOutputStream().write(REQUEST);
            client.getInputStream().readAllBytes();
        } finally {
            server.stop(0);
        }
    }
}
