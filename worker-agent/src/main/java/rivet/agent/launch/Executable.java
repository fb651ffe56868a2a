package rivet.agent.launch;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import rivet.agent.host.Host;
import rivet.agent.supervise.Launcher.LaunchFailed;
import rivet.agent.supervise.Launcher.Order;
import rivet.protocol.link.DownReason;

/** Any program: the file {@code start} at the root of an archive. */
final class Executable {

    private Executable() {}

    static SandboxProcess launch(Host host, Order order, Path folder, Provisions provisions) {
        var program = folder.resolve("start");
        if (!Files.isExecutable(program)) {
            throw new LaunchFailed(
                    DownReason.BUILD_UNAVAILABLE, "the archive has no executable file 'start' at its root", null);
        }
        return Program.launch(host, order, provisions, _ -> new Program(List.of(program.toString()), folder));
    }
}
