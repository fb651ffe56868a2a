package rivet.controlplane.link;

import java.time.Duration;
import java.util.stream.Stream;
import org.springframework.web.reactive.socket.CloseStatus;
import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.WebSocketSession;
import reactor.core.publisher.Mono;
import rivet.protocol.Wire;
import rivet.protocol.link.ToAgent;

/** A WebSocket as blocking code sees it. */
final class SessionSocket implements Socket {

    /** Frames read ahead of the thread that handles them; beyond that the agent has to wait. */
    private static final int AHEAD = 8;

    private final WebSocketSession session;
    private final Duration sendTimeout;

    SessionSocket(WebSocketSession session, Duration sendTimeout) {
        this.session = session;
        this.sendTimeout = sendTimeout;
    }

    @Override
    public Stream<String> frames() {
        return session.receive()
                .filter(message -> message.getType() == WebSocketMessage.Type.TEXT)
                .map(WebSocketMessage::getPayloadAsText)
                .toStream(AHEAD);
    }

    @Override
    public void send(ToAgent message) {
        var text = Wire.JSON.writerFor(ToAgent.class).writeValueAsString(message);
        session.send(Mono.fromSupplier(() -> session.textMessage(text))).block(sendTimeout);
    }

    @Override
    public void close() {
        close(CloseStatus.NORMAL);
    }

    @Override
    public void closeForError() {
        close(CloseStatus.SERVER_ERROR);
    }

    /**
     * A socket that is closed already, because the other side went, is what was wanted. It is asked first: of a channel
     * that left its event loop, Reactor Netty makes the close frame and never releases it.
     */
    private void close(CloseStatus status) {
        if (session.isOpen()) {
            session.close(status).onErrorComplete().subscribe();
        }
    }
}
