package rivet.agent.proxy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import rivet.protocol.ActorId;
import rivet.protocol.PortGuard;

/**
 * One port of one generation of an actor. Connections are kept per target and not per number, because a number may be
 * given to another actor when this one is gone. Always on loopback: nothing else can be reached through the proxy.
 */
final class Target {

    private final ActorId actor;
    private final String name;
    private final @Nullable PortGuard guard;
    private final InetSocketAddress address;
    private final AtomicInteger inFlight = new AtomicInteger();

    Target(ActorId actor, String name, int port, @Nullable PortGuard guard) {
        this.actor = actor;
        this.guard = guard;
        this.name = name;
        this.address = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
    }

    ActorId actor() {
        return actor;
    }

    /** Who may reach it; null where everyone may. */
    @Nullable
    PortGuard guard() {
        return guard;
    }

    String name() {
        return name;
    }

    InetSocketAddress address() {
        return address;
    }

    /** How many requests it has now, over all event loops; streams of other protocols are among them. */
    int inFlight() {
        return inFlight.get();
    }

    void began() {
        inFlight.incrementAndGet();
    }

    void ended() {
        inFlight.decrementAndGet();
    }

    /** Host names know no case and variables no dashes, so neither tells two ports apart. */
    boolean isNamed(String other) {
        if (name.length() != other.length()) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            if (folded(name.charAt(i)) != folded(other.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    static char folded(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c == '_' ? '-' : c;
    }
}
