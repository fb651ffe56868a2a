package rivet.cli.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import rivet.cli.terminal.Output;
import rivet.cli.terminal.Surroundings;

/** Its disk, and what its kernel offers. */
final class Machine {

    private static final long NEEDED_BYTES = 1L << 30;
    private static final long COMFORTABLE_BYTES = 5L << 30;
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

    private final Surroundings surroundings;

    Machine(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    List<Check> checks() {
        return List.of(data(), disk(), controlGroups());
    }

    private Check data() {
        var folder = surroundings.home().resolve(".rivet");
        var nearest = Files.exists(folder) ? folder : surroundings.home();
        return Files.isDirectory(nearest) && Files.isWritable(nearest)
                ? Check.ok("data", folder + (Files.exists(folder) ? "" : ", which will be made"))
                : Check.fail("data", folder + " cannot be written", "give 'rivet dev' another folder with --data");
    }

    private Check disk() {
        try {
            long free = Files.getFileStore(surroundings.home()).getUsableSpace();
            var found = "%s free at %s".formatted(Output.size(free), surroundings.home());
            if (free < NEEDED_BYTES) {
                return Check.fail("disk", found, "free at least 1 GiB: the database and the builds need it");
            }
            return free < COMFORTABLE_BYTES
                    ? Check.warn("disk", found, "free some GiB: logs and builds grow")
                    : Check.ok("disk", found);
        } catch (IOException e) {
            return Check.warn("disk", "cannot be looked at: " + e.getMessage(), "see that the folder is there");
        }
    }

    private static Check controlGroups() {
        if (!System.getProperty("os.name").equals("Linux")) {
            return Check.warn("cgroups", "only Linux has them", "run agents on Linux, for limits of cpu and memory");
        }
        boolean unified = Files.exists(CGROUPS.resolve("cgroup.controllers"));
        if (!unified && !Files.isDirectory(CGROUPS.resolve("memory"))) {
            return Check.warn(
                    "cgroups", "none are mounted", "mount cgroup2 at " + CGROUPS + ", for limits of cpu and memory");
        }
        var version = unified ? "v2" : "v1";
        var root = unified ? CGROUPS : CGROUPS.resolve("memory");
        return Files.isWritable(root)
                ? Check.ok("cgroups", version + ", writable")
                : Check.warn(
                        "cgroups",
                        version + ", not writable for this user",
                        "run the agent as root or with a delegated group, for limits of cpu and memory");
    }
}
