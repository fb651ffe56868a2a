package rivet.agent.proxy;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import rivet.agent.proxy.guard.Guard;
import rivet.agent.proxy.http.Head;
import rivet.agent.proxy.http.HeadLimits;
import rivet.agent.proxy.http.RayId;
import rivet.agent.proxy.http.RequestHead;
import rivet.protocol.ActorId;

/**
 * What agents' proxies tell each other about a request. Only a connection whose other end has proved to be an agent is asked
 * for these fields; from clients and from actors nothing that begins with {@code x-rivet-} is ever handed on.
 */
final class HopFields {

    /** Who is meant: {@code {actor} {generation} {port}}. */
    private static final String MEANT = "x-rivet-hop";

    /** From where the request came to the first proxy. */
    private static final String CLIENT = "x-rivet-client";

    /** Whichever of the actor's ports that speak HTTP. */
    static final String ANY_PORT = "*";

    /** Why the owner's proxy answers and not the actor. */
    private static final String CAUSE = "x-rivet-cause";

    /** The WebSocket was open before, and its first proxy opens it again. */
    static final String RESUMED = "x-rivet-resumed: true\r\n";

    /** By the owner's proxy, of a WebSocket that outlives the actor's process: {@code {port} {connection or -}}. */
    private static final String HIBERNATES = "x-rivet-hibernates";

    private HopFields() {}

    static boolean isResumed(RequestHead head) {
        return head.field("x-rivet-resumed") >= 0;
    }

    /**
     * What the first proxy has to know of a WebSocket that it shall keep.
     *
     * @param connection with whose token it was opened; null where there is none
     */
    record Hibernation(String port, @Nullable UUID connection) {

        String line() {
            return "%s: %s %s\r\n".formatted(HIBERNATES, port, connection == null ? "-" : connection);
        }

        /** Null where the owner says nothing of it. */
        static @Nullable Hibernation of(Head answer) {
            int field = answer.field(HIBERNATES);
            String[] words = field < 0 ? new String[0] : answer.value(field).split(" ", -1);
            if (words.length != 2) {
                return null;
            }
            return new Hibernation(words[0], words[1].equals("-") ? null : UUID.fromString(words[1]));
        }
    }

    /** Who is meant, before the name of the port. */
    static String meaning(ActorId actor, long generation) {
        return "%s: %s %d ".formatted(MEANT, actor, generation);
    }

    /** All lines of a request that is handed on to the owner of its actor, who lets it in or not. */
    static String lines(Target target, String port, String client, RequestHead head) {
        int token = head.field(Guard.TOKEN_FIELD);
        String meant = target.meaning() + (port.isEmpty() ? ANY_PORT : port) + "\r\n" + CLIENT + ": " + client + "\r\n";
        return token < 0 ? meant : meant + Guard.TOKEN_FIELD + ": " + head.value(token) + "\r\n";
    }

    /** What a proxy adds to a head must not make it too large for the next one. */
    static HeadLimits withRoom(HeadLimits limits) {
        return new HeadLimits(limits.maxBytes() + 8 * 1024, limits.maxFields() + 8, limits.maxStartLineBytes());
    }

    static String causeLine(Problem problem) {
        return CAUSE + ": " + problem.code() + "\r\n";
    }

    /** Null where the actor answered itself. */
    static @Nullable String cause(Head answer) {
        int field = answer.field(CAUSE);
        return field < 0 ? null : answer.value(field);
    }

    /** The address that the first proxy has seen. */
    static String client(RequestHead head) {
        int field = head.field(CLIENT);
        return field < 0 ? "unknown" : head.value(field);
    }

    /** The one that the first proxy has given it. */
    static RayId ray(RequestHead head) {
        int field = head.field(RayId.FIELD);
        return field < 0 ? RayId.next() : RayId.given(head.value(field));
    }

    /** Null where it says nothing that makes sense. */
    static @Nullable HopDoor door(RequestHead head) {
        int field = head.field(MEANT);
        String[] words = field < 0 ? new String[0] : head.value(field).split(" ", -1);
        if (words.length != 3) {
            return null;
        }
        try {
            return new HopDoor(
                    ActorId.parse(words[0]), Long.parseLong(words[1]), words[2], PortKind.HTTP, head.targetFrom());
        } catch (IllegalArgumentException _) {
            return null;
        }
    }
}
