package rivet.agent;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * What this machine offers unless the settings say otherwise. An actor's resources are a weight among the busy and a bound
 * for the greedy, not what it uses: most actors wait most of the time. So more is offered than there is.
 */
final class Machine {

    private static final int CPU_OVERCOMMIT = 16;
    private static final int MEMORY_OVERCOMMIT = 4;

    private Machine() {}

    static int cpuMillicores() {
        return Runtime.getRuntime().availableProcessors() * 1000 * CPU_OVERCOMMIT;
    }

    static int memoryMib() {
        var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return (int) (system.getTotalMemorySize() / (1024 * 1024)) * MEMORY_OVERCOMMIT;
    }
}
