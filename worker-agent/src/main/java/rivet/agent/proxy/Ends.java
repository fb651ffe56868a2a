package rivet.agent.proxy;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import rivet.agent.proxy.http2.Ending;
import rivet.agent.proxy.tls.Tls;

/** How a connection is ended in part or in anger, or a stream that stands for one. */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write or close shows as an inactive channel
final class Ends {

    private Ends() {}

    /** Nothing more comes from us. */
    static void finish(Channel channel) {
        if (!(channel instanceof DuplexChannel connection)) {
            channel.writeAndFlush(Ending.FINISHED);
        } else if (!Tls.finish(channel)) {
            connection.shutdownOutput();
        }
    }

    /** What was already read is still delivered, to a reader that takes it within a bound. */
    static void closeAfterFlush(Lane lane, Channel channel) {
        var close = lane.later(channel::close, lane.times().linger());
        channel.closeFuture().addListener(_ -> close.cancel(false));
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> channel.close());
    }

    /** Closes in a way that cannot be taken for the end of what was being sent. */
    static void reset(Channel channel) {
        if (channel instanceof DuplexChannel) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        } else {
            channel.writeAndFlush(Ending.ABORTED);
        }
        channel.close();
    }

    /** Closes before the end of an answer whose reader knows how long it was to be. */
    static void breakOff(Channel channel) {
        if (channel instanceof DuplexChannel) {
            channel.flush();
            channel.close();
        } else {
            reset(channel);
        }
    }
}
