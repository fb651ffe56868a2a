package rivet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static rivet.cli.StubControlPlane.BUILD;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/** A project's folder, and the server it is deployed to. */
final class Project implements AutoCloseable {

    static final String ROOM = """
            interface Guest { name: string }
            export default {
              async start(ctx: unknown): Promise<void> {
                const guest: Guest = { name: "Ada" };
                console.log(ctx, guest);
              },
            };
            """;

    private final Supplier<Path> folder;
    private final StubControlPlane server = new StubControlPlane(0);

    Project(Supplier<Path> folder) {
        this.folder = folder;
    }

    StubControlPlane server() {
        return server;
    }

    @Override
    public void close() {
        server.close();
    }

    void accept() {
        prepared();
        server.answer("PUT /parts/1", 200, "")
                .answer("POST /builds/" + BUILD + "/complete", 200, "{}")
                .answer("PATCH /builds/" + BUILD + "/tags", 200, "{}");
    }

    void prepared() {
        server.answer("GET /builds", 200, "{\"builds\": []}");
        server.preparing("POST /builds/prepare", BUILD);
    }

    Shell.Ran deploy(String... arguments) {
        var all = new java.util.ArrayList<>(java.util.List.of("deploy"));
        all.addAll(java.util.List.of(arguments));
        return new Shell(folder.get()).at(server.uri()).run(all.toArray(String[]::new));
    }

    static void assertRefused(Shell.Ran ran, int exit, String... said) {
        assertThat(ran.err()).contains(said);
        assertThat(ran.exit()).isEqualTo(exit);
        assertThat(ran.out()).isEmpty();
    }

    void file(String json) throws IOException {
        write("rivet.json", json);
    }

    void write(String name, String text) throws IOException {
        var file = folder.get().resolve(name);
        Files.createDirectories(file.resolve("..").normalize());
        Files.writeString(file, text);
    }
}
