package rivet.controlplane.agent;

import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import rivet.controlplane.auth.AgentCaller;
import rivet.controlplane.web.WireBody;
import rivet.protocol.Wire;
import rivet.protocol.link.Heartbeat;

/** Heartbeats have a request of their own, so that nothing on the socket can hold them up. */
@RestController
class HeartbeatController {

    private final Leases leases;

    HeartbeatController(Leases leases) {
        this.leases = leases;
    }

    /** Written here and not by the framework, which would leave out the answer's type. */
    @PostMapping(path = "/link/heartbeat", produces = MediaType.APPLICATION_JSON_VALUE)
    byte[] heartbeat(AgentCaller agent, @RequestBody byte[] body) {
        var answer = leases.renew(WireBody.read(body, Heartbeat.class));
        return Wire.JSON.writerFor(Heartbeat.Answer.class).writeValueAsBytes(answer);
    }
}
