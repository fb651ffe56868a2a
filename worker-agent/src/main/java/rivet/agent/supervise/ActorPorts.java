package rivet.agent.supervise;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import rivet.agent.supervise.Launcher.LaunchFailed;
import rivet.protocol.PortProtocol;
import rivet.protocol.link.ActorSpec;
import rivet.protocol.link.DownReason;

/** The numbers one generation has for its named ports, for as long as a process of it may live. */
public final class ActorPorts implements AutoCloseable {

    private final Map<String, ActorSpec.Port> specs;
    private final Map<String, Integer> numbers = new LinkedHashMap<>();
    private final LocalPorts ports;

    private ActorPorts(Map<String, ActorSpec.Port> specs, LocalPorts ports) {
        this.specs = specs;
        this.ports = ports;
    }

    static ActorPorts take(Map<String, ActorSpec.Port> specs, LocalPorts ports) {
        var taken = new ActorPorts(specs, ports);
        try {
            specs.forEach(taken::take);
            return taken;
        } catch (RuntimeException e) {
            taken.close();
            throw e;
        }
    }

    /** Those that a process of an earlier run has. */
    static ActorPorts retake(Map<String, ActorSpec.Port> specs, Map<String, Integer> numbers, LocalPorts ports) {
        var taken = new ActorPorts(specs, ports);
        numbers.forEach((name, number) -> {
            ports.retake(number);
            taken.numbers.put(name, number);
        });
        return taken;
    }

    /** The variable in which an actor reads its number of a port. */
    public static String variable(String name) {
        return "PORT_" + name.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    Map<String, Integer> all() {
        return Map.copyOf(numbers);
    }

    /** Those whose opening can be seen. */
    Map<String, Integer> tcp() {
        return numbers.entrySet().stream()
                .filter(port -> isTcp(port.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    @Override
    public void close() {
        numbers.values().forEach(ports::giveBack);
        numbers.clear();
    }

    private boolean isTcp(String name) {
        var spec = specs.get(name);
        return spec != null && spec.protocol() != PortProtocol.UDP;
    }

    private void take(String name, ActorSpec.Port spec) {
        var wanted = spec.internalPort();
        if (wanted == null) {
            numbers.put(name, any());
        } else if (ports.take(wanted)) {
            numbers.put(name, wanted);
        } else {
            throw new LaunchFailed(
                    DownReason.SPAWN_FAILED,
                    "port '%s' wants number %d, which something else on this machine has".formatted(name, wanted),
                    null);
        }
    }

    private int any() {
        try {
            return ports.take();
        } catch (IllegalStateException e) {
            throw new LaunchFailed(DownReason.SPAWN_FAILED, "no port is free: " + e.getMessage(), e);
        }
    }
}
