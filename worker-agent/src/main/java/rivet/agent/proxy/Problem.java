package rivet.agent.proxy;

import java.util.List;
import java.util.Map;
import rivet.agent.proxy.http.Refusal;

/**
 * Why a request gets no answer from its actor.
 *
 * @param code stable
 * @param retryAfterSeconds when trying again is sensible; 0 where it is not
 */
record Problem(int status, String code, String message, int retryAfterSeconds, Map<String, Object> metadata) {

    static final Problem NO_ROUTE =
            of(404, "no_route", "Neither the host nor the path names an actor's port ({actor}-{port}).");
    static final Problem ACTOR_NOT_FOUND = of(404, "actor_not_found", "No actor has this id.");
    static final Problem ACTOR_DESTROYED = of(410, "actor_destroyed", "The actor was destroyed.");
    static final Problem METHOD_NOT_ALLOWED = of(405, "method_not_allowed", "CONNECT and TRACE are not served.");
    static final Problem HEAD_TIMEOUT = of(408, "head_timeout", "The request's head took too long to arrive.");
    static final Problem BODY_TIMEOUT = of(408, "body_timeout", "The request's body stopped arriving.");
    static final Problem REQUEST_OVER = of(504, "request_over", "The request lasted longer than its port allows.");
    static final Problem STREAM_OVER = of(504, "stream_over", "The stream lasted longer than its port allows.");
    static final Problem CONCURRENCY_LIMIT =
            new Problem(429, "concurrency_limit", "The port has as many requests at once as it allows.", 1, Map.of());
    static final Problem MALFORMED_BODY = of(400, "malformed_request", "The request's chunks are malformed.");
    static final Problem MALFORMED_PREFACE =
            of(400, "malformed_request", "HTTP/2 begins with the connection or not at all.");
    static final Problem CLIMBING_PATH =
            of(400, "malformed_request", "Dots in the path lead above the part of it that names the actor or route.");
    static final Problem REMOTE_ACTOR =
            of(502, "remote_actor", "The actor runs on another agent, which takes no requests from this one.");
    static final Problem OWNER_UNREACHABLE =
            of(502, "owner_unreachable", "The agent that runs the actor cannot be reached from this one.");
    static final Problem OWNER_LOST =
            of(502, "owner_lost", "The agent that runs the actor was gone before it had answered.");
    /** For another agent's proxy, which asks anew; clients never see it. */
    static final Problem STALE_ROUTE = of(421, "stale_route", "This agent does not run that generation of the actor.");
    /** Only counted: who cannot prove to be an agent is told nothing. */
    static final Problem NO_AGENT = of(401, "no_agent", "A connection to the address for agents was none of theirs.");

    static final Problem NOT_A_HOP = of(400, "malformed_request", "Another agent's proxy did not name an actor.");
    static final Problem CONNECT_FAILED =
            of(502, "connect_failed", "The actor does not accept connections on this port.");
    static final Problem ACTOR_CLOSED = of(502, "actor_closed", "The actor closed the connection without an answer.");
    static final Problem BAD_RESPONSE = of(502, "bad_response", "The actor's answer is not well-formed HTTP/1.");
    static final Problem ACTOR_SILENT = of(504, "actor_silent", "The actor did not answer in time.");
    static final Problem STARTING = later("starting", "The actor is still starting.", 1);
    static final Problem CRASH_LOOP = later("crash_loop", "The actor crashed and is not back yet.", 5);
    static final Problem STOPPING = later("stopping", "The actor is stopping.", 1);
    static final Problem ROUTE_CHANGED = later("route_changed", "The route was changed meanwhile.", 1);
    static final Problem LEASE_LOST =
            later("lease_lost", "The agent has lost touch with the control plane, and may have been replaced.", 2);
    static final Problem NO_ACTOR = later("no_actor", "No actor is there that this route leads to.", 5);
    static final Problem RESTARTING = later("restarting", "The actor is being started anew.", 1);
    static final Problem MOVING =
            later("moving", "The actor's agent does not serve it any more; its next place is not known yet.", 1);
    static final Problem LOCATION_UNKNOWN = later("location_unknown", "Where the actor is could not be found out.", 1);
    static final Problem TOO_MANY_WAITING =
            later("too_many_waiting", "Too many requests already wait for this actor.", 1);
    static final Problem OVERLOADED = later("overloaded", "The proxy has all the work it can take.", 1);
    static final Problem SHUTTING_DOWN = later("shutting_down", "The proxy is shutting down.", 1);

    private static Problem of(int status, String code, String message) {
        return new Problem(status, code, message, 0, Map.of());
    }

    private static Problem later(String code, String message, int seconds) {
        return new Problem(503, code, message, seconds, Map.of());
    }

    static Problem tooOften(String code, int seconds) {
        return new Problem(429, code, "More requests come than the port allows.", seconds, Map.of());
    }

    static Problem bodyTooLarge(long most) {
        return limited(413, "body_too_large", "body", "body_bytes", most);
    }

    static Problem headTooLarge(long most) {
        return limited(431, "head_too_large", "head", "header_bytes", most);
    }

    private static Problem limited(int status, String code, String what, String limit, long mostBytes) {
        String message = "The request's %s is longer than the %d bytes that its port allows (limits.%s)."
                .formatted(what, mostBytes, limit);
        return new Problem(status, code, message, 0, Map.of("limit", limit, "most_bytes", mostBytes));
    }

    static Problem unauthorized(String message) {
        return of(401, "unauthorized", message);
    }

    static Problem forbidden(String message) {
        return of(403, "forbidden", message);
    }

    static Problem of(Refusal refusal) {
        return of(refusal.status(), refusal.code(), refusal.message());
    }

    static Problem portNotFound(String name, List<String> ports) {
        return new Problem(
                404,
                "port_not_found",
                "The actor has no port '%s'.".formatted(name),
                0,
                Map.of("field", "port", "expected", ports));
    }
}
