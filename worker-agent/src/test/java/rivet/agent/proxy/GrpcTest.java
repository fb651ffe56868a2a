package rivet.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import rivet.protocol.link.ActorLocation;

/** A real client of gRPC, and an actor that is a real server of it: on the agent that is asked, and on another. */
@ParameterizedClass
@EnumSource
class GrpcTest {

    private static final MethodDescriptor<String, String> UPPER = method(MethodType.UNARY, "Upper");
    private static final MethodDescriptor<String, String> FAIL = method(MethodType.UNARY, "Fail");
    private static final MethodDescriptor<String, String> COUNT = method(MethodType.SERVER_STREAMING, "Count");
    private static final MethodDescriptor<String, String> JOIN = method(MethodType.CLIENT_STREAMING, "Join");
    private static final MethodDescriptor<String, String> ECHO = method(MethodType.BIDI_STREAMING, "Echo");

    enum Where {
        HERE,
        ELSEWHERE,
        ELSEWHERE_ENCRYPTED
    }

    @Parameter
    Where where = Where.HERE;

    private Server server;
    private AutoCloseable proxies;
    /** The one of the actor's agent. */
    private ProxyUnderTest proxy;

    private ManagedChannel connection;
    private Channel channel;
    private final BlockingQueue<String> cancelled = new LinkedBlockingQueue<>();

    private static MethodDescriptor<String, String> method(MethodType type, String name) {
        return MethodDescriptor.<String, String>newBuilder(new Text(), new Text())
                .setType(type)
                .setFullMethodName(MethodDescriptor.generateFullMethodName("test.Words", name))
                .build();
    }

    private static final class Text implements MethodDescriptor.Marshaller<String> {

        @Override
        public InputStream stream(String value) {
            return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
            try {
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @BeforeEach
    void start() throws IOException {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0))
                .addService(words())
                .maxInboundMessageSize(16 * 1024 * 1024)
                .build()
                .start();
        TwoProxies both = switch (where) {
            case HERE -> null;
            case ELSEWHERE -> TwoProxies.start();
            case ELSEWHERE_ENCRYPTED -> TwoProxies.alike(TwoProxies::encrypted);
        };
        ProxyUnderTest alone = both == null ? ProxyUnderTest.start() : both.owner;
        proxies = both == null ? alone : both;
        proxy = alone.ready(server.getPort());
        connection = NettyChannelBuilder.forAddress((both == null ? alone : both.first).address())
                .overrideAuthority(ProxyUnderTest.ACTOR + "-http.localhost")
                .usePlaintext()
                .maxInboundMessageSize(16 * 1024 * 1024)
                .build();
        channel = connection;
    }

    @AfterEach
    void stop() throws Exception {
        connection.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        proxies.close();
        server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }

    private ServerServiceDefinition words() {
        return ServerServiceDefinition.builder("test.Words")
                .addMethod(UPPER, ServerCalls.asyncUnaryCall((String word, StreamObserver<String> answer) -> {
                    answer.onNext(word.toUpperCase(java.util.Locale.ROOT));
                    answer.onCompleted();
                }))
                .addMethod(
                        FAIL,
                        ServerCalls.asyncUnaryCall((String word, StreamObserver<String> answer) ->
                                answer.onError(Status.FAILED_PRECONDITION
                                        .withDescription("not: " + word)
                                        .asException())))
                .addMethod(COUNT, ServerCalls.asyncServerStreamingCall((String to, StreamObserver<String> answer) -> {
                    for (int i = 0; i < Integer.parseInt(to); i++) {
                        answer.onNext(Integer.toString(i));
                    }
                    answer.onCompleted();
                }))
                .addMethod(JOIN, ServerCalls.asyncClientStreamingCall(answer -> new Joining(answer)))
                .addMethod(ECHO, ServerCalls.asyncBidiStreamingCall(answer -> new Echoing(answer)))
                .build();
    }

    private static final class Joining implements StreamObserver<String> {

        private final StreamObserver<String> answer;
        private final StringBuilder all = new StringBuilder();

        Joining(StreamObserver<String> answer) {
            this.answer = answer;
        }

        @Override
        public void onNext(String word) {
            all.append(word);
        }

        @Override
        public void onError(Throwable cause) {
            // The client left.
        }

        @Override
        public void onCompleted() {
            answer.onNext(all.toString());
            answer.onCompleted();
        }
    }

    private final class Echoing implements StreamObserver<String> {

        private final StreamObserver<String> answer;

        Echoing(StreamObserver<String> answer) {
            this.answer = answer;
        }

        @Override
        public void onNext(String word) {
            answer.onNext(word);
        }

        @Override
        public void onError(Throwable cause) {
            cancelled.add(String.valueOf(cause.getMessage()));
        }

        @Override
        public void onCompleted() {
            answer.onCompleted();
        }
    }

    private static final class Collecting implements StreamObserver<String> {

        private final BlockingQueue<String> came = new LinkedBlockingQueue<>();

        String next() throws InterruptedException {
            return String.valueOf(came.poll(10, TimeUnit.SECONDS));
        }

        @Override
        public void onNext(String word) {
            came.add(word);
        }

        @Override
        public void onError(Throwable cause) {
            came.add("error " + cause.getMessage());
        }

        @Override
        public void onCompleted() {
            came.add("completed");
        }
    }

    @Test
    void unary() {
        for (int i = 0; i < 50; i++) {
            assertThat(ClientCalls.blockingUnaryCall(channel, UPPER, CallOptions.DEFAULT, "word" + i))
                    .isEqualTo("WORD" + i);
        }
    }

    @Test
    void a_large_message_both_ways() {
        String large = "X".repeat(4_000_000);

        assertThat(ClientCalls.blockingUnaryCall(channel, UPPER, CallOptions.DEFAULT, large))
                .isEqualTo(large);
    }

    @Test
    void the_status_of_a_call_that_failed_comes_through() {
        assertThatThrownBy(() -> ClientCalls.blockingUnaryCall(channel, FAIL, CallOptions.DEFAULT, "this"))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessage("FAILED_PRECONDITION: not: this");
        assertThatThrownBy(() -> ClientCalls.blockingUnaryCall(
                        channel, method(MethodType.UNARY, "Nothing"), CallOptions.DEFAULT, ""))
                .hasMessageStartingWith("UNIMPLEMENTED");
    }

    @Test
    void server_streaming() {
        Iterator<String> numbers = ClientCalls.blockingServerStreamingCall(channel, COUNT, CallOptions.DEFAULT, "5000");
        List<String> all = new ArrayList<>();
        numbers.forEachRemaining(all::add);

        assertThat(all).hasSize(5_000).endsWith("4999");
    }

    @Test
    void client_streaming() throws InterruptedException {
        Collecting answer = new Collecting();
        StreamObserver<String> words =
                ClientCalls.asyncClientStreamingCall(channel.newCall(JOIN, CallOptions.DEFAULT), answer);
        for (int i = 0; i < 500; i++) {
            words.onNext("w");
        }
        words.onCompleted();

        assertThat(answer.next()).isEqualTo("w".repeat(500));
        assertThat(answer.next()).isEqualTo("completed");
    }

    @Test
    void bidirectional_streaming_answers_each_message_while_the_call_goes_on() throws InterruptedException {
        Collecting answer = new Collecting();
        StreamObserver<String> words =
                ClientCalls.asyncBidiStreamingCall(channel.newCall(ECHO, CallOptions.DEFAULT), answer);
        for (int i = 0; i < 100; i++) {
            words.onNext("word" + i);
            assertThat(answer.next()).isEqualTo("word" + i);
        }
        words.onCompleted();

        assertThat(answer.next()).isEqualTo("completed");
    }

    @Test
    void a_call_that_the_client_ends_is_ended_at_the_actor() throws InterruptedException {
        Collecting answer = new Collecting();
        var call = channel.newCall(ECHO, CallOptions.DEFAULT);
        StreamObserver<String> words = ClientCalls.asyncBidiStreamingCall(call, answer);
        words.onNext("one");
        assertThat(answer.next()).isEqualTo("one");

        call.cancel("enough", null);

        assertThat(cancelled.poll(10, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void metadata_passes() {
        var metadata = new Metadata();
        metadata.put(Metadata.Key.of("x-test", Metadata.ASCII_STRING_MARSHALLER), "yes");
        metadata.put(Metadata.Key.of("x-test-bin", Metadata.BINARY_BYTE_MARSHALLER), new byte[] {0, 1, 2});
        Channel with = ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(metadata));

        assertThat(ClientCalls.blockingUnaryCall(with, UPPER, CallOptions.DEFAULT, "a"))
                .isEqualTo("A");
    }

    @Test
    void many_calls_at_once_share_one_connection_to_the_actor() throws InterruptedException {
        List<Collecting> answers = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            Collecting answer = new Collecting();
            ClientCalls.asyncUnaryCall(channel.newCall(UPPER, CallOptions.DEFAULT), "w" + i, answer);
            answers.add(answer);
        }
        for (int i = 0; i < 300; i++) {
            assertThat(answers.get(i).next()).isEqualTo("W" + i);
        }
    }

    @Test
    void a_call_to_an_actor_that_is_gone_is_unavailable_and_the_next_actor_is_reached() throws Exception {
        assertThat(ClientCalls.blockingUnaryCall(channel, UPPER, CallOptions.DEFAULT, "a"))
                .isEqualTo("A");
        server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        controlPlaneSays("stopping", 1);
        proxy.route(1, ActorRoute.Status.STOPPING, 1);
        assertThatThrownBy(() -> ClientCalls.blockingUnaryCall(channel, UPPER, CallOptions.DEFAULT, "a"))
                .hasMessageStartingWith("UNAVAILABLE");

        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0))
                .addService(words())
                .build()
                .start();
        proxy.route(2, ActorRoute.Status.READY, server.getPort());
        controlPlaneSays("running", 2);

        await().ignoreExceptions()
                .untilAsserted(() -> assertThat(ClientCalls.blockingUnaryCall(channel, UPPER, CallOptions.DEFAULT, "b"))
                        .isEqualTo("B"));
    }

    private void controlPlaneSays(String state, long generation) {
        if (proxies instanceof TwoProxies both) {
            both.says(state, TwoProxies.OWNER, generation, both.owner.hopAddress());
        } else {
            proxy.locate(ProxyUnderTest.ACTOR, new ActorLocation(ProxyUnderTest.ACTOR, state, null, null));
        }
    }
}
