package rivet.devserver.stories;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The published packages that the scripts of {@code src/test/npm} use, installed once per JVM as their lock file says. */
final class NpmPackages {

    private static final Path SOURCES = Path.of("src/test/npm").toAbsolutePath();
    private static final Path FOLDER = install();

    private NpmPackages() {}

    static Path folder() {
        return FOLDER;
    }

    private static Path install() {
        try {
            var jvm = System.getProperty("surefire.forkNumber", "1");
            var folder = Files.createDirectories(Path.of("target", "npm-" + jvm).toAbsolutePath());
            RunningDevServer.copy(SOURCES, folder);
            var installed = RunningDevServer.run(
                    new ProcessBuilder("npm", "ci", "--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund")
                            .directory(folder.toFile()));
            if (installed.exitCode() != 0) {
                throw new IOException("npm ci: " + installed.errors());
            }
            return folder;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
