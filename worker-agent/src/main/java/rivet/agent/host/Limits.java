package rivet.agent.host;

/**
 * What one sandbox may use.
 *
 * @param cpuMillicores a weight among busy neighbours, not a ceiling
 * @param memoryMib the kernel ends what goes beyond it
 */
public record Limits(int cpuMillicores, int memoryMib) {

    /** Threads count as well; enough for a large JVM, few enough that a fork bomb stays a local affair. */
    static final int PROCESSES = 1024;

    public Limits {
        if (cpuMillicores < 1 || memoryMib < 1) {
            throw new IllegalArgumentException(
                    "limits: %d millicores, %d MiB (expected: at least 1 each)".formatted(cpuMillicores, memoryMib));
        }
    }
}
