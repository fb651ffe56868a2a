package rivet.agent.proxy;

import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import rivet.agent.proxy.Admission.Verdict;
import rivet.agent.proxy.http.RequestHead;
import rivet.protocol.ActorId;

/**
 * The actor and port that a request names, and which part of its target the actor sees.
 *
 * @param port its name as it was written
 * @param targetFrom where in the request's head the actor's part of the target begins
 * @param prefixFrom where the part that only named the actor begins
 */
record Destination(ActorId actor, String port, int targetFrom, int prefixFrom) implements Door {

    private static final int ID = 36;
    private static final int MAX_PORT_NAME = 64;

    /** Looks in the host first, then in the path. The first segment is compared as it is written, never decoded. */
    static @Nullable Destination of(RequestHead head, String baseDomain) {
        Destination byHost = ofHost(head, baseDomain);
        return byHost != null ? byHost : ofPath(head);
    }

    /** By a host's name alone, as clients give it in TLS (SNI). Null where it names none. */
    static @Nullable Destination ofName(String hostname, String baseDomain) {
        byte[] bytes = hostname.getBytes(StandardCharsets.US_ASCII);
        return ofHost(bytes, 0, bytes.length, baseDomain, 0);
    }

    @Override
    public Verdict look(Lane lane) {
        Verdict here = Admission.of(lane.routes().find(actor), port, PortKind.HTTP);
        return here instanceof Verdict.Ask ? lane.remotes().look(actor, lane.now()) : here;
    }

    @Override
    public @Nullable CompletionStage<Verdict> ask(Lane lane) {
        return lane.remotes().ask(actor);
    }

    @Override
    public Object awaited() {
        return actor;
    }

    private static @Nullable Destination ofHost(RequestHead head, String baseDomain) {
        if (head.host() < 0) {
            return null;
        }
        byte[] bytes = head.bytes();
        int from = head.valueFrom(head.host());
        int to = withoutPort(bytes, from, head.valueTo(head.host()));
        return ofHost(bytes, from, to, baseDomain, head.targetFrom());
    }

    private static @Nullable Destination ofHost(byte[] bytes, int from, int to, String baseDomain, int targetFrom) {
        int dot = to - baseDomain.length() - 1;
        if (dot <= from || bytes[dot] != '.' || !is(bytes, dot + 1, baseDomain)) {
            return null;
        }
        return named(bytes, from, dot, targetFrom, targetFrom);
    }

    private static @Nullable Destination ofPath(RequestHead head) {
        byte[] bytes = head.bytes();
        int slash = head.targetFrom();
        if (slash == head.targetTo() || bytes[slash] != '/') {
            return null;
        }
        int end = slash + 1;
        while (end < head.targetTo() && bytes[end] != '/' && bytes[end] != '?') {
            end++;
        }
        return named(bytes, slash + 1, end, end, slash);
    }

    /** Reads {@code {actor}-{port}}. Both may hold dashes, so the id's fixed length tells them apart. */
    private static @Nullable Destination named(byte[] bytes, int from, int to, int targetFrom, int prefixFrom) {
        int portFrom = from + ID + 1;
        if (portFrom >= to || to - portFrom > MAX_PORT_NAME || bytes[portFrom - 1] != '-') {
            return null;
        }
        for (int i = portFrom; i < to; i++) {
            if (!portCharacter(bytes[i])) {
                return null;
            }
        }
        ActorId actor = actor(bytes, from);
        if (actor == null) {
            return null;
        }
        String port = new String(bytes, portFrom, to - portFrom, StandardCharsets.US_ASCII);
        return new Destination(actor, port, targetFrom, prefixFrom);
    }

    private static boolean portCharacter(byte b) {
        char folded = Target.folded((char) b);
        return (folded >= 'a' && folded <= 'z') || (folded >= '0' && folded <= '9') || folded == '-';
    }

    private static @Nullable ActorId actor(byte[] bytes, int from) {
        long high = 0;
        long low = 0;
        for (int i = 0; i < ID; i++) {
            byte b = bytes[from + i];
            if (i == 8 || i == 13 || i == 18 || i == 23) {
                if (b != '-') {
                    return null;
                }
                continue;
            }
            int digit = b < 0 ? -1 : Character.digit(b, 16);
            if (digit < 0) {
                return null;
            }
            high = i < 18 ? high << 4 | digit : high;
            low = i > 18 ? low << 4 | digit : low;
        }
        return new ActorId(new UUID(high, low));
    }

    private static int withoutPort(byte[] bytes, int from, int to) {
        for (int i = to - 1; i >= from; i--) {
            if (bytes[i] == ':') {
                return i;
            }
        }
        return to;
    }

    private static boolean is(byte[] bytes, int from, String lower) {
        for (int i = 0; i < lower.length(); i++) {
            byte b = bytes[from + i];
            if ((b >= 'A' && b <= 'Z' ? b + 32 : b) != lower.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
