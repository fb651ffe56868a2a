package cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A bridge with a network namespace for each part, as if each were a machine of its own. A cut drops packets where they arrive,
 * in one direction: the sender learns nothing, as with a broken switch.
 */
final class Network implements AutoCloseable {

    private static final String RULES = """
            table inet cuts {
              set cut {
                type ipv4_addr
              }
              chain arriving {
                type filter hook input priority 0
                ip saddr @cut drop
              }
            }
            """;

    private final String prefix;
    private final String subnet;
    private final List<Place> places = new ArrayList<>();

    /** @param number below 250, for several networks on one machine */
    Network(int number) throws IOException, InterruptedException {
        this.prefix = "rvt" + number;
        this.subnet = "10.213." + number + ".";
        Shell.run("ip", "link", "add", prefix, "type", "bridge");
        Shell.run("ip", "addr", "add", subnet + "1/24", "dev", prefix);
        Shell.run("ip", "link", "set", prefix, "up");
    }

    /** Only root may make networks, and only where the kernel has the parts. */
    static boolean possible() {
        try {
            return Shell.run("id", "-u").strip().equals("0") && !Shell.run("nft", "--version").isEmpty();
        } catch (IOException | InterruptedException e) {
            return false;
        }
    }

    Place add(String name) throws IOException, InterruptedException {
        var space = prefix + "-" + name;
        var address = subnet + (places.size() + 2);
        var inside = List.of("nsenter", "--net=/run/netns/" + space);
        var place = new Place(name, address, inside);
        Shell.run("ip", "netns", "add", space);
        Shell.run("ip", "link", "add", space, "type", "veth", "peer", "name", "eth0", "netns", space);
        Shell.run("ip", "link", "set", space, "master", prefix, "up");
        inside(place, "ip", "addr", "add", address + "/24", "dev", "eth0");
        inside(place, "ip", "link", "set", "eth0", "up");
        inside(place, "ip", "link", "set", "lo", "up");
        var rules = Files.createTempFile("rules", ".nft");
        inside(place, "nft", "-f", Files.writeString(rules, RULES).toString());
        Files.delete(rules);
        places.add(place);
        return place;
    }

    /** From now on nothing arrives that one sends to the other. */
    void cut(Place from, Place to) throws IOException, InterruptedException {
        inside(to, "nft", "add", "element", "inet", "cuts", "cut", "{ " + from.address() + " }");
    }

    void join(Place from, Place to) throws IOException, InterruptedException {
        inside(to, "nft", "delete", "element", "inet", "cuts", "cut", "{ " + from.address() + " }");
    }

    void joinAll() throws IOException, InterruptedException {
        for (var place : places) {
            inside(place, "nft", "flush", "set", "inet", "cuts", "cut");
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        for (var place : places) {
            Shell.run("ip", "netns", "del", prefix + "-" + place.name());
        }
        Shell.run("ip", "link", "del", prefix);
    }

    private static void inside(Place place, String... command) throws IOException, InterruptedException {
        var line = new ArrayList<>(place.prefix());
        line.addAll(List.of(command));
        Shell.run(line);
    }

    /** A number that no other network of this machine has. */
    static int free() {
        var number = 1;
        while (Files.exists(Path.of("/sys/class/net/rvt" + number))) {
            number++;
        }
        return number;
    }
}
