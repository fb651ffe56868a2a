package rivet.simulation;

import rivet.protocol.Wire;
import rivet.protocol.link.ToAgent;
import rivet.protocol.link.ToControlPlane;

/** Frames as they are on the wire. */
final class Frames {

    private Frames() {}

    static String write(ToAgent message) {
        return Wire.JSON.writerFor(ToAgent.class).writeValueAsString(message);
    }

    static String write(ToControlPlane message) {
        return Wire.JSON.writerFor(ToControlPlane.class).writeValueAsString(message);
    }

    static ToAgent toAgent(String frame) {
        return Wire.JSON.readValue(frame, ToAgent.class);
    }

    static ToControlPlane toControlPlane(String frame) {
        return Wire.JSON.readValue(frame, ToControlPlane.class);
    }
}
