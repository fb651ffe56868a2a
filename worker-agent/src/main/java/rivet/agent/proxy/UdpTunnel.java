package rivet.agent.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.LengthFieldPrepender;
import rivet.agent.proxy.tls.Tls;

/** The datagrams of one source on a connection between two agents, each behind its length; served on the owner's side. */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write or close shows as an inactive channel
final class UdpTunnel extends ChannelInboundHandlerAdapter implements UdpSession.Client {

    private static final int LENGTH_BYTES = 2;

    private final Channel agent;
    private final UdpSession session;
    private boolean begun;

    private UdpTunnel(Lane lane, Channel agent, HopDoor door) {
        this.agent = agent;
        // The agent where the datagrams came counts them.
        this.session = new UdpSession(lane, door, new IngressCounters(), this);
    }

    static void serve(Lane lane, Channel agent, HopDoor door, Ahead ahead) {
        frame(agent.pipeline());
        agent.pipeline().addLast(new UdpTunnel(lane, agent, door));
        ahead.readBy(Tls.inside(agent));
    }

    static void frame(ChannelPipeline pipeline) {
        pipeline.addLast(
                new LengthFieldBasedFrameDecoder(
                        UdpSession.LARGEST_DATAGRAM + LENGTH_BYTES, 0, LENGTH_BYTES, 0, LENGTH_BYTES),
                new LengthFieldPrepender(LENGTH_BYTES));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (begun) {
            session.receive((ByteBuf) message);
        } else {
            begun = true;
            session.begin((ByteBuf) message);
        }
    }

    @Override
    public void send(ByteBuf datagram) {
        if (agent.isWritable()) {
            agent.writeAndFlush(datagram);
        } else {
            datagram.release();
        }
    }

    @Override
    public void ended() {
        agent.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        session.end();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
