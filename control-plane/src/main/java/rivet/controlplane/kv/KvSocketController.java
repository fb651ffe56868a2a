package rivet.controlplane.kv;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.WebSocketSession;
import org.springframework.web.reactive.socket.server.WebSocketService;
import org.springframework.web.reactive.socket.server.support.HandshakeWebSocketService;
import org.springframework.web.reactive.socket.server.upgrade.ReactorNettyRequestUpgradeStrategy;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.WebsocketServerSpec;
import rivet.controlplane.auth.AgentCaller;
import rivet.controlplane.web.Problem;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvCall.Question;
import rivet.protocol.kv.KvReply;
import rivet.protocol.kv.KvWire;

/**
 * What agents ask for their actors: over a socket beside the link, so that it delays nothing there, and one that stays, because
 * a request for each would take longer than the database does.
 */
@RestController
class KvSocketController implements WebSocketHandler {

    private static final Logger log = LoggerFactory.getLogger(KvSocketController.class);

    /** Of one agent; beyond that it has to wait. */
    private static final int AT_ONCE = 64;

    private final KvStore store;
    private final Executor virtualThreads;
    private final WebSocketService sockets;

    KvSocketController(KvStore store, Executor virtualThreads) {
        this.store = store;
        this.virtualThreads = virtualThreads;
        this.sockets = new HandshakeWebSocketService(new ReactorNettyRequestUpgradeStrategy(
                () -> WebsocketServerSpec.builder().maxFramePayloadLength(KvWire.MOST_TOGETHER)));
    }

    @GetMapping("/link/kv")
    Mono<Void> open(AgentCaller agent, ServerWebExchange exchange) {
        return sockets.handleRequest(exchange, this);
    }

    @Override
    public Mono<Void> handle(WebSocketSession session) {
        return session.send(session.receive()
                .filter(message -> message.getType() == WebSocketMessage.Type.BINARY)
                .map(KvSocketController::bytes)
                .flatMap(this::reply, AT_ONCE)
                .map(reply -> session.binaryMessage(buffers -> buffers.wrap(KvWire.write(reply)))));
    }

    private static byte[] bytes(WebSocketMessage message) {
        var payload = message.getPayload();
        var bytes = new byte[payload.readableByteCount()];
        payload.read(bytes);
        return bytes;
    }

    /** What was begun goes on when the socket ends. */
    private Mono<KvReply> reply(byte[] message) {
        var call = KvWire.call(message);
        return Mono.fromFuture(
                answer(call.question())
                        .handle((answer, failure) -> failure == null
                                ? new KvReply(call.number(), true, new Bytes(answer))
                                : failed(call.number(), failure)),
                true);
    }

    /** Reads wait for the database, and may not do so here. */
    private CompletableFuture<byte[]> answer(Question question) {
        return switch (question) {
            case Question.Write(var batches) -> write(() -> store.write(batches));
            case Question.Read(var actor, var generation, var confirmed, var message) ->
                read(() -> store.read(new KvStore.Writer(actor.value(), generation), confirmed, message.array()));
            case Question.Resume(var actor, var generation) ->
                read(() -> store.resume(new KvStore.Writer(actor.value(), generation)));
        };
    }

    private static CompletableFuture<byte[]> write(Supplier<CompletableFuture<byte[]>> write) {
        try {
            return write.get();
        } catch (Problem e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private CompletableFuture<byte[]> read(Supplier<byte[]> read) {
        return CompletableFuture.supplyAsync(read, virtualThreads);
    }

    private static KvReply failed(long number, Throwable thrown) {
        var failure = thrown instanceof CompletionException e && e.getCause() != null ? e.getCause() : thrown;
        var problem = Problem.of(failure);
        log.atWarn().addKeyValue("code", problem.code()).setCause(failure).log("a call for a store failed");
        return new KvReply(
                number, false, new Bytes(String.valueOf(problem.getMessage()).getBytes(StandardCharsets.UTF_8)));
    }
}
