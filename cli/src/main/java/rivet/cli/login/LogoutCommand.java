package rivet.cli.login;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import rivet.cli.server.StoredSettings;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Output;
import rivet.cli.terminal.Surroundings;

@Command(
        name = "logout",
        description = {
            "Forget the server, the token and the environment that were stored.",
            "The token itself stays good until it is revoked: see 'rivet token revoke'."
        },
        footerHeading = "%nExamples:%n",
        footer = "  rivet logout")
public final class LogoutCommand implements Callable<Integer> {

    private final Surroundings surroundings;

    @Mixin
    private final Output output;

    public LogoutCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
        this.output = new Output(surroundings);
    }

    @Override
    public Integer call() {
        var file = StoredSettings.file(surroundings);
        boolean there = delete(file);
        output.result(new LoggedOut(there), () -> {
            output.say(there ? "logged out; %s is removed".formatted(file) : "nobody was logged in");
            output.next(surroundings.command() + " login");
        });
        return ExitCode.OK.number();
    }

    private static boolean delete(Path file) {
        try {
            return Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("the settings cannot be removed: " + file, e);
        }
    }

    /** @param loggedOut whether somebody was logged in */
    private record LoggedOut(boolean loggedOut) {}
}
