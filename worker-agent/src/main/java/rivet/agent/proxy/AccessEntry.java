package rivet.agent.proxy;

import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rivet.agent.proxy.http.RayId;
import rivet.agent.proxy.http.RequestHead;

/**
 * One request's line in the access log, which is written when the request is over, at the agent where it came in. It has no
 * query, because people put secrets there. Lives on the event loop of its client.
 */
final class AccessEntry {

    private static final Logger log = LoggerFactory.getLogger("access");

    private final String client;
    private final RequestHead head;
    private final RayId ray;
    private final long begun = System.nanoTime();
    private @Nullable Target target;
    private String port = "";
    private int status;
    private @Nullable String cause;

    private AccessEntry(String client, RequestHead head, RayId ray) {
        this.client = client;
        this.head = head;
        this.ray = ray;
    }

    /** Null for those that are not written down. */
    static @Nullable AccessEntry of(Asker client, Lane lane, RequestHead head, RayId ray) {
        double share = lane.settings().accessLogShare();
        boolean written =
                share > 0 && !client.isAgent() && ThreadLocalRandom.current().nextDouble() < share;
        return written ? new AccessEntry(client.address(), head, ray) : null;
    }

    /** The newest of those that it is carried to. @param named the port; where the actor is elsewhere, only its owner knows it */
    void carriedTo(Target to, String named) {
        target = to;
        port = to.isElsewhere() ? named : to.name();
    }

    /** @param why the proxy answers in the actor's place; null where the actor does */
    void answered(int with, @Nullable String why) {
        status = with;
        cause = why;
    }

    /** @param brokenOff why the answer has no end; null where it has @param sent bytes of the answer's body */
    void ended(@Nullable String brokenOff, long received, long sent) {
        var line = log.atInfo()
                .addKeyValue("status", status)
                .addKeyValue("cause", brokenOff != null ? brokenOff : cause == null ? ProxyCounters.ANSWERED : cause)
                .addKeyValue("ms", (System.nanoTime() - begun) / 1_000_000)
                .addKeyValue("received", received)
                .addKeyValue("sent", sent)
                .addKeyValue("client", client);
        if (target != null) {
            line = line.addKeyValue("actor", target.actor()).addKeyValue("port", port);
        }
        line.addKeyValue("ray", ray).log("{} {}", head.methodText(), path());
    }

    private String path() {
        String text = head.targetText();
        int query = text.indexOf('?');
        return query < 0 ? text : text.substring(0, query);
    }
}
