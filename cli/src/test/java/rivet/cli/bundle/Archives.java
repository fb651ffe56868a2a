package rivet.cli.bundle;

import java.nio.file.Path;

/** Lets tests outside of this room pack a program as it does. */
public final class Archives {

    private Archives() {}

    public static void write(Path program, Path archive) {
        ExecutableArchive.write(program, archive);
    }
}
