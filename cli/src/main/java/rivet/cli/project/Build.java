package rivet.cli.project;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import rivet.protocol.api.UpgradePolicyView;

/** Something that the project file says can be built. */
public sealed interface Build {

    String name();

    /** Where the file names it. */
    Place at();

    Map<String, String> tags();

    /** Ms that a start of it may take, where neither the actor nor the upgrade says; absent: as usual. */
    default @Nullable Long startTimeout() {
        return null;
    }

    /** When the actors that run it get another, if deploy upgrades them; absent: as each was created. */
    default @Nullable UpgradePolicyView upgrade() {
        return null;
    }

    /** @param script the entry file, relative to the project file */
    record Script(
            String name,
            Place at,
            Map<String, String> tags,
            @Nullable Long startTimeout,
            @Nullable UpgradePolicyView upgrade,
            String script,
            Place scriptAt,
            Bundling bundling)
            implements Build {}

    /** @param executable a folder with a file {@code start} at its root, or one file that becomes {@code start} */
    record Executable(
            String name,
            Place at,
            Map<String, String> tags,
            @Nullable Long startTimeout,
            @Nullable UpgradePolicyView upgrade,
            String executable,
            Place executableAt)
            implements Build {}

    /** @param jar one file with all that it needs, relative to the project file */
    record Jar(
            String name,
            Place at,
            Map<String, String> tags,
            @Nullable Long startTimeout,
            @Nullable UpgradePolicyView upgrade,
            String jar,
            Place jarAt)
            implements Build {}

    /** What the file format has and this version does not deploy. @param what for people: {@code a container} */
    record NotYet(String name, Place at, Map<String, String> tags, String what) implements Build {}

    /**
     * How a script becomes one module.
     *
     * @param compression {@code none} or {@code lz4}
     * @param analyzeResult print what takes how much room in the result
     * @param logLevel of the bundler
     * @param dumpBuild keep the folder of the result and say where it is
     * @param noBundler upload the script as it is
     */
    record Bundling(
            boolean minify,
            String compression,
            boolean analyzeResult,
            String logLevel,
            boolean dumpBuild,
            boolean noBundler) {

        /** Where nothing else is said. */
        public static final Bundling DEFAULT = new Bundling(true, "none", false, "error", false, false);
    }
}
