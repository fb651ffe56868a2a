package rivet.agent.host;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Finds programs on the agent's own PATH. */
public final class Programs {

    private Programs() {}

    public static Optional<Path> find(String name) {
        var folders = System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1);
        return Arrays.stream(folders)
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder).resolve(name))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
