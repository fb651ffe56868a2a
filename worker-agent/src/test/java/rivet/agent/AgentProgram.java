package rivet.agent;

import java.io.File;
import java.nio.file.Path;
import java.util.Map;

/** An agent as a program of its own, which can be killed. */
final class AgentProgram {

    private AgentProgram() {}

    static ProcessBuilder of(FakeControlPlane controlPlane, Path data, Map<String, String> more) {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var classes = System.getProperty("java.class.path");
        var builder = new ProcessBuilder(
                java,
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classes.replace(File.pathSeparator + File.pathSeparator, File.pathSeparator),
                AgentMain.class.getName());
        builder.environment().keySet().removeIf(name -> name.startsWith("RIVET_"));
        builder.environment()
                .putAll(Map.of(
                        "RIVET_CONTROL_PLANE_URL",
                        controlPlane.uri().toString(),
                        "RIVET_AGENT_TOKEN",
                        FakeControlPlane.TOKEN,
                        "RIVET_DATA_DIR",
                        data.toString(),
                        "RIVET_PROXY_PORT",
                        "0",
                        "RIVET_DENO",
                        "/bin/false",
                        "RIVET_WARM_PROCESSES",
                        "0"));
        builder.environment().putAll(more);
        return builder;
    }
}
