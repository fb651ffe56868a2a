package rivet.agent.proxy.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.FutureListener;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import rivet.agent.proxy.http.HeadLimits;

/** Connections that speak HTTP/2, of clients and to actors. */
public final class Http2 {

    /** Open at once on one connection. */
    public static final int MAX_STREAMS = 100;

    private static final int STREAM_WINDOW = 64 * 1024;
    /** So that sixteen streams that nobody reads do not hold up the others. */
    private static final int CONNECTION_WINDOW = 1024 * 1024;

    private static final int MAX_RESETS = 200;
    private static final int RESET_WINDOW_SECONDS = 30;
    private static final int MAX_EMPTY_DATA = 16;
    private static final int MAX_SMALL_CONTINUATIONS = 16;
    private static final int MAX_QUEUED_CONTROL = 1_000;
    private static final long UNTIL_STREAMS_END = -1;
    private static final char ENABLE_CONNECT_PROTOCOL = 8;

    /** The half of a client's preface that a parser of HTTP/1 has read already. */
    private static final byte[] PREFACE_READ = "PRI * HTTP/2.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private Http2() {}

    /**
     * Makes a pipeline one that serves HTTP/2.
     *
     * @param head of requests and answers
     * @param streams gives each stream a handler that serves it as if it were a connection of HTTP/1.1 with one request
     */
    public static void serve(ChannelPipeline pipeline, HeadLimits head, Consumer<Channel> streams) {
        Http2Settings settings = settings(head).maxConcurrentStreams(MAX_STREAMS);
        settings.put(ENABLE_CONNECT_PROTOCOL, Long.valueOf(1));
        Http2FrameCodec codec = bounded(Http2FrameCodecBuilder.forServer().initialSettings(settings));
        pipeline.addLast(codec, new FloodGuard(System::nanoTime));
        pipeline.addLast(new Http2MultiplexHandler(new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel stream) {
                stream.pipeline().addLast(new ServerStream(head));
                streams.accept(stream);
            }
        }));
        widen(codec);
    }

    /** Makes the pipeline of an open connection one that opens streams to a server of HTTP/2. */
    public static void connect(ChannelPipeline pipeline, HeadLimits head) {
        Http2Settings settings = settings(head).pushEnabled(false);
        Http2FrameCodec codec = bounded(
                Http2FrameCodecBuilder.forClient().initialSettings(settings).encoderEnforceMaxConcurrentStreams(true));
        pipeline.addLast(codec, new FloodGuard(System::nanoTime));
        pipeline.addLast(new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()));
        widen(codec);
    }

    private static Http2Settings settings(HeadLimits head) {
        return new Http2Settings().initialWindowSize(STREAM_WINDOW).maxHeaderListSize(head.maxBytes());
    }

    private static Http2FrameCodec bounded(Http2FrameCodecBuilder builder) {
        // Streams that are open when the connection closes go on; without this word they would be cut.
        return builder.gracefulShutdownTimeoutMillis(UNTIL_STREAMS_END)
                .validateHeaders(true)
                .validateRequiredPseudoHeaders(true)
                .encoderEnforceMaxQueuedControlFrames(MAX_QUEUED_CONTROL)
                .decoderEnforceMaxConsecutiveEmptyDataFrames(MAX_EMPTY_DATA)
                .decoderEnforceMaxRstFramesPerWindow(MAX_RESETS, RESET_WINDOW_SECONDS)
                .encoderEnforceMaxRstFramesPerWindow(MAX_RESETS, RESET_WINDOW_SECONDS)
                .decoderEnforceMaxSmallContinuationFrames(MAX_SMALL_CONTINUATIONS)
                .build();
    }

    private static void widen(Http2FrameCodec codec) {
        Http2Connection connection = codec.connection();
        try {
            connection
                    .local()
                    .flowController()
                    .incrementWindowSize(connection.connectionStream(), CONNECTION_WINDOW - STREAM_WINDOW);
        } catch (Http2Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Opens a stream.
     *
     * @param prepare gives it a handler that asks as if it had a connection of HTTP/1.1 for this one request
     * @param opened gets the stream, or null where there is none to be had
     */
    public static void open(
            Channel connection, HeadLimits head, Consumer<Channel> prepare, Consumer<@Nullable Channel> opened) {
        Future<? extends Channel> stream = new Http2StreamChannelBootstrap(connection)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new ClientStream(head));
                        prepare.accept(channel);
                    }
                })
                .open();
        stream.addListener(
                (FutureListener<Channel>) result -> opened.accept(result.isSuccess() ? result.getNow() : null));
    }

    /** What a server's pipeline must read first where a parser of HTTP/1 has found out what the client speaks. */
    public static ByteBuf prefaceRead() {
        return Unpooled.wrappedBuffer(PREFACE_READ);
    }

    /** Streams that are open on a connection now. */
    public static int streams(Channel connection) {
        Http2FrameCodec codec = connection.pipeline().get(Http2FrameCodec.class);
        return codec == null ? 0 : codec.connection().numActiveStreams();
    }
}
