import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The programs that a measurement uses; what Debian has is installed on first use where that is allowed. */
final class Tools {

    /** The one that actors run on: installed beside the others by the first dev server. */
    static Path deno() throws IOException {
        return named("deno");
    }

    static Path esbuild() throws IOException {
        return named("esbuild");
    }

    static String debian(String program, String name) throws Exception {
        for (var folder : new String[] {"/usr/bin", "/usr/sbin", "/usr/local/bin"}) {
            if (Files.isExecutable(Path.of(folder, program))) {
                return Path.of(folder, program).toString();
            }
        }
        System.err.printf("installing %s with apt-get …%n", name);
        var install = new ProcessBuilder("apt-get", "install", "-y", "-qq", "--no-install-recommends", name)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (install.waitFor() != 0) {
            throw new IOException("%s is missing: install Debian's package %s and run this again".formatted(program, name));
        }
        return debian(program, name);
    }

    private static Path named(String name) throws IOException {
        var set = System.getenv("RIVET_" + name.toUpperCase());
        if (set != null) {
            return Path.of(set);
        }
        try (var files = Files.walk(Dev.HOME.resolve(".rivet/tools"))) {
            return files.filter(file -> file.getFileName().toString().equals(name))
                    .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                    .findFirst()
                    .orElseThrow(() -> new IOException(name + " is not in .rivet/tools"));
        }
    }

    private Tools() {}
}
