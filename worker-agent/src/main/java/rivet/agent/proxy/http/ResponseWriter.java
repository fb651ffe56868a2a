package rivet.agent.proxy.http;

/** Writes an actor's answer anew for the client. */
public final class ResponseWriter {

    /** What becomes of the client's connection after this answer. */
    public enum Afterwards {
        /** As HTTP/1.1 does unasked. */
        KEPT,
        /** As an HTTP/1.0 client must be told. */
        KEPT_AND_SAID,
        CLOSED
    }

    private static final byte[] HTTP_11 = HeadWriter.ascii("HTTP/1.1 ");
    private static final byte[] LENGTH = HeadWriter.ascii("content-length: ");
    private static final byte[] CHUNKED = HeadWriter.ascii("transfer-encoding: chunked\r\n");
    private static final byte[] CLOSE = HeadWriter.ascii("connection: close\r\n");
    private static final byte[] KEEP_ALIVE = HeadWriter.ascii("connection: keep-alive\r\n");
    private static final byte[] UPGRADE = HeadWriter.ascii("connection: upgrade\r\nupgrade: ");

    private ResponseWriter() {}

    public static void write(HeadWriter out, ResponseHead head, Afterwards afterwards, RayId ray) {
        write(out, head, afterwards, ray, "");
    }

    /** @param told whole lines of fields of ours, ASCII, each ended by CR and LF */
    public static void write(HeadWriter out, ResponseHead head, Afterwards afterwards, RayId ray, String told) {
        out.start();
        out.put(HTTP_11).number(head.status()).put(' ');
        out.put(head.bytes(), head.reasonFrom(), head.reasonTo()).line();
        for (int i = 0; i < head.count(); i++) {
            if (head.name(i).way() == FieldName.Way.KEPT && !head.forNeighbour(i)) {
                out.field(head, i);
            }
        }
        framing(out, head);
        connection(out, head, afterwards);
        out.text(told);
        out.ray(ray);
        out.line();
    }

    private static void framing(HeadWriter out, ResponseHead head) {
        if (head.informational() || head.status() == 204) {
            return;
        }
        if (head.contentLength() >= 0) {
            out.put(LENGTH).number(head.contentLength()).line();
        }
        if (head.chunked()) {
            out.put(CHUNKED);
        }
    }

    private static void connection(HeadWriter out, ResponseHead head, Afterwards afterwards) {
        int upgrade = head.upgrade();
        if (upgrade >= 0) {
            out.put(UPGRADE)
                    .put(head.bytes(), head.valueFrom(upgrade), head.valueTo(upgrade))
                    .line();
        }
        if (head.informational()) {
            return;
        }
        switch (afterwards) {
            case KEPT -> {}
            case KEPT_AND_SAID -> out.put(KEEP_ALIVE);
            case CLOSED -> out.put(CLOSE);
        }
    }
}
