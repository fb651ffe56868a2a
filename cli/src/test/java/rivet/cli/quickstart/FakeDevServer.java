package rivet.cli.quickstart;

import static rivet.cli.StubControlPlane.ACTOR;
import static rivet.cli.StubControlPlane.BUILD;
import static rivet.cli.StubControlPlane.oneActor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import rivet.cli.StubControlPlane;

/** Stands for {@code rivet dev}, as a process: a control plane of one actor, whose URL it answers as well. */
public final class FakeDevServer {

    private FakeDevServer() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        var folder = Path.of("").toAbsolutePath();
        Files.writeString(
                folder.resolve("pid"), Long.toString(ProcessHandle.current().pid()));
        Files.write(folder.resolve("arguments"), List.of(arguments));
        if (Files.exists(folder.resolve("broken"))) {
            System.out.println("no room on the disk");
            System.exit(7);
        }
        var server = new StubControlPlane(
                Integer.parseInt(arguments[List.of(arguments).indexOf("--port") + 1]));
        answer(server, Files.exists(folder.resolve("silent")) ? 503 : 200);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> write(folder.resolve("requests"), server.requestLines())));
        System.out.println("starting\nready " + server.uri());
        new CountDownLatch(1).await();
    }

    static void answer(StubControlPlane server, int status) {
        var reply = "/%s-http".formatted(ACTOR);
        server.answer("GET /regions", 200, "{\"regions\": []}")
                .answer("GET /builds", 200, "{\"builds\": []}")
                .preparing("POST /builds/prepare", BUILD)
                .answer("PUT /parts/1", 200, "")
                .answer("POST /builds/" + BUILD + "/complete", 200, "{}")
                .answer("PATCH /builds/" + BUILD + "/tags", 200, "{}")
                .answer("POST /actors", 200, oneActor("starting").replace("http://127.0.0.1:7080", "{{uri}}"))
                .answer("GET " + reply, 503, "{\"cause\": \"starting\"}")
                .answer("GET " + reply, status, "{\"count\": 1}")
                .answer("GET /actors/" + ACTOR, 200, oneActor("starting"))
                .answer("DELETE /actors/" + ACTOR, 200, "{}");
        server.after("DELETE /actors/" + ACTOR, "GET /actors/" + ACTOR, 200, oneActor("destroyed"));
    }

    private static void write(Path file, List<String> lines) {
        try {
            Files.write(file, lines);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
