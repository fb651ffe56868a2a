package rivet.agent.proxy;

import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;

/**
 * How the proxy talks to the kernel. Epoll took a tenth less CPU a request where it was measured; Netty's io_uring carried
 * 0.5 to 0.8 of epoll's requests there, and half of its large answers.
 */
public enum Transport {
    AUTOMATIC,
    EPOLL,
    NIO;

    /** As {@code TCP_INFO} calls it. */
    private static final int TCP_ESTABLISHED = 1;

    Transport chosen() {
        if (this == EPOLL) {
            Epoll.ensureAvailability();
        }
        return this != AUTOMATIC ? this : Epoll.isAvailable() ? EPOLL : NIO;
    }

    IoHandlerFactory events() {
        return chosen() == EPOLL ? EpollEvents.factory() : NioIoHandler.newFactory();
    }

    Class<? extends ServerChannel> listening() {
        return chosen() == EPOLL ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    Class<? extends DatagramChannel> datagrams() {
        return chosen() == EPOLL ? EpollDatagramChannel.class : NioDatagramChannel.class;
    }

    /** Whether neither end has closed it yet, as far as the kernel knows; where that cannot be asked, as far as we know. */
    boolean isEstablished(Channel channel) {
        if (!(channel instanceof EpollSocketChannel connection)) {
            return channel.isActive();
        }
        return connection.isActive() && connection.tcpInfo().state() == TCP_ESTABLISHED;
    }

    Class<? extends SocketChannel> connecting() {
        return chosen() == EPOLL ? EpollSocketChannel.class : NioSocketChannel.class;
    }
}
