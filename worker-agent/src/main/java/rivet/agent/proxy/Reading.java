package rivet.agent.proxy;

import io.netty.channel.Channel;

/** Whether a connection, or a stream that stands for one, is read. */
final class Reading {

    private Reading() {}

    /** Whether a connection takes more, when it has been given what waits: to stop reading and begin again costs more than a write. */
    static boolean drains(Channel to) {
        if (!to.isWritable()) {
            to.flush();
        }
        return to.isWritable();
    }

    static void turn(Channel channel, boolean on) {
        boolean resumed = on && !channel.config().isAutoRead();
        channel.config().setAutoRead(on);
        if (resumed) {
            // A stream of HTTP/2 has written now how much more the other side may send, and leaves it lying: both would
            // wait.
            channel.flush();
        }
    }
}
