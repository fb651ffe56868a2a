package rivet.agent.proxy.http2;

/** Written to a stream's channel where a connection of HTTP/1 would be shut down or reset. */
public enum Ending {
    /** Nothing more comes from us; the other side may go on. */
    FINISHED,
    /** What was begun cannot be completed. */
    ABORTED
}
