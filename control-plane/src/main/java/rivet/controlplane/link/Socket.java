package rivet.controlplane.link;

import java.util.stream.Stream;
import rivet.protocol.link.ToAgent;

/** The way to one agent, as blocking code sees it. */
interface Socket {

    /** The frames in order; the stream ends with the socket. */
    Stream<String> frames();

    /** Returns when the frame has left, so at most one is ever under way. */
    void send(ToAgent message);

    void close();

    void closeForError();
}
