package rivet.agent.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import rivet.agent.proxy.IngressCounters.What;
import rivet.protocol.PortProtocol;
import rivet.protocol.link.IngressPort;

/** The number that leads to one actor's UDP port, with its table of sources. All of it happens on one event loop. */
@SuppressWarnings("FutureReturnValueIgnored") // what cannot be sent is lost, as datagrams may be
final class UdpPort extends ChannelInboundHandlerAdapter implements Lane.Swept {

    private final Lane lane;
    private final IngressPort port;
    private final IngressCounters counters;
    private final IngressLimits limits;
    private final AtomicInteger allSessions;
    private final Map<InetSocketAddress, UdpSession> sessions = new HashMap<>();

    /** @param allSessions of all numbers together */
    UdpPort(Lane lane, IngressPort port, IngressCounters counters, IngressLimits limits, AtomicInteger allSessions) {
        this.lane = lane;
        this.port = port;
        this.counters = counters;
        this.limits = limits;
        this.allSessions = allSessions;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        lane.add(this);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        DatagramPacket packet = (DatagramPacket) message;
        InetSocketAddress source = packet.sender();
        UdpSession known = sessions.get(source);
        if (known != null) {
            known.receive(packet.content());
        } else if (sessions.size() >= limits.maxSessionsPerPort() || allSessions.get() >= limits.maxSessions()) {
            packet.release();
            counters.count(What.DATAGRAM_IN, PortProtocol.UDP, Problem.OVERLOADED.code());
        } else {
            begin(ctx.channel(), source, packet.content());
        }
    }

    private void begin(Channel channel, InetSocketAddress source, ByteBuf datagram) {
        var door = new IngressDoor(port.actor(), port.port(), PortKind.UDP);
        UdpSession session = new UdpSession(lane, door, counters, new Source(channel, source));
        sessions.put(source, session);
        allSessions.incrementAndGet();
        counters.opened(PortProtocol.UDP);
        session.begin(datagram);
    }

    private final class Source implements UdpSession.Client {

        private final Channel channel;
        private final InetSocketAddress address;

        Source(Channel channel, InetSocketAddress address) {
            this.channel = channel;
            this.address = address;
        }

        @Override
        public void send(ByteBuf datagram) {
            if (channel.isWritable()) {
                channel.writeAndFlush(new DatagramPacket(datagram, address));
                counters.count(What.DATAGRAM_OUT, PortProtocol.UDP, IngressCounters.CARRIED);
            } else {
                datagram.release();
                counters.count(What.DATAGRAM_OUT, PortProtocol.UDP, "client_slow");
            }
        }

        @Override
        public void ended() {
            forget(address);
        }
    }

    private void forget(InetSocketAddress source) {
        UdpSession session = sessions.remove(source);
        if (session != null) {
            allSessions.decrementAndGet();
            counters.closed(PortProtocol.UDP);
            session.end();
        }
    }

    @Override
    public void sweep(long now) {
        for (var each : new ArrayList<>(sessions.entrySet())) {
            if (now - each.getValue().lastMove() > limits.sessionIdle().toNanos()) {
                counters.count(What.SESSION, PortProtocol.UDP, IngressCounters.IDLE);
                forget(each.getKey());
            }
        }
    }

    @Override
    public void drain() {
        new ArrayList<>(sessions.keySet()).forEach(this::forget);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        lane.remove(this);
        drain();
    }

    /** What the network says of a datagram that is lost already. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        counters.count(What.DATAGRAM_OUT, PortProtocol.UDP, "network");
    }
}
