package rivet.cli.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.Wire;
import tools.jackson.core.JacksonException;

/**
 * What {@code rivet login} and {@code rivet env select} keep for later commands. The file may be read by its owner only.
 *
 * @param token for this endpoint and no other one: it is never sent elsewhere
 */
public record StoredSettings(
        @Nullable String endpoint,
        @Nullable String token,
        @Nullable String project,
        @Nullable String environment) {

    private static final String FILE = "settings.json";
    private static final String OWNER_ONLY = "rw-------";
    private static final String OWNER_ONLY_FOLDER = "rwx------";

    public static final StoredSettings NONE = new StoredSettings(null, null, null, null);

    /** Secrets are not for logs. */
    @Override
    public String toString() {
        return "StoredSettings[endpoint=%s, token=%s, project=%s, environment=%s]"
                .formatted(endpoint, token == null ? "none" : "***", project, environment);
    }

    /** The same login, if it was to this server, with another environment. */
    public StoredSettings selected(URI server, String newProject, String newEnvironment) {
        var kept = server.toString().equals(endpoint) ? token : null;
        return new StoredSettings(server.toString(), kept, newProject, newEnvironment);
    }

    public static Path file(Surroundings surroundings) {
        return surroundings
                .configuration()
                .orElseThrow(() -> Failure.badInput(
                        "NO_HOME", "there is no folder for settings (expected: HOME or XDG_CONFIG_HOME is set)"))
                .resolve(FILE);
    }

    public static StoredSettings read(Surroundings surroundings) {
        var file = surroundings.configuration().map(folder -> folder.resolve(FILE));
        return file.isEmpty() ? NONE : read(file.get());
    }

    private static StoredSettings read(Path file) {
        try {
            return Optional.<StoredSettings>ofNullable(
                            Wire.JSON.readValue(Files.readAllBytes(file), StoredSettings.class))
                    .orElse(NONE);
        } catch (NoSuchFileException e) {
            return NONE;
        } catch (JacksonException e) {
            throw Failure.badInput("SETTINGS_INVALID", "%s: %s".formatted(file, e.getOriginalMessage()))
                    .withRemedy("remove it, and log in again");
        } catch (IOException e) {
            throw new UncheckedIOException("the settings cannot be read: " + file, e);
        }
    }

    /** Beside its place, then moved there: another process sees the old or the new settings, and nobody else any. */
    public void write(Surroundings surroundings) {
        var file = file(surroundings);
        var folder = file.resolveSibling(".");
        try {
            Files.createDirectories(
                    folder.normalize(),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY_FOLDER)));
            var making = Files.createTempFile(
                    folder.normalize(),
                    "settings",
                    ".new",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)));
            Files.write(making, Wire.JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(this));
            Files.move(making, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("the settings cannot be written: " + file, e);
        }
    }
}
