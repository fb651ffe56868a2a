package rivet.cli.doctor;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What was found of one thing.
 *
 * @param found what is there
 * @param remedy what to do about it; absent where nothing has to be done
 */
record Check(
        String name, Level level, String found, @Nullable String remedy) {

    enum Level {
        OK,
        /** It works, and not as it should; or part of it does. */
        WARN,
        /** What most people need does not work. */
        FAIL;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Check ok(String name, String found) {
        return new Check(name, Level.OK, found, null);
    }

    static Check warn(String name, String found, String remedy) {
        return new Check(name, Level.WARN, found, remedy);
    }

    static Check fail(String name, String found, String remedy) {
        return new Check(name, Level.FAIL, found, remedy);
    }
}
