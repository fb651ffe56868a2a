package rivet.agent.proxy.http;

/**
 * Writes a request anew for the actor: only fields that were understood, framing from what was read and not from what
 * stood there, nothing of what concerned the client's connection, and nothing from outside that claims to be ours.
 */
public final class RequestWriter {

    private static final byte[] HTTP_11 = HeadWriter.ascii(" HTTP/1.1\r\n");
    private static final byte[] HTTP_10 = HeadWriter.ascii(" HTTP/1.0\r\n");
    private static final byte[] LOCALHOST = HeadWriter.ascii("localhost");
    private static final byte[] HOST = HeadWriter.ascii("host: ");
    private static final byte[] LENGTH = HeadWriter.ascii("content-length: ");
    private static final byte[] CHUNKED = HeadWriter.ascii("transfer-encoding: chunked\r\n");
    private static final byte[] EXPECT = HeadWriter.ascii("expect: 100-continue\r\n");
    private static final byte[] UPGRADE = HeadWriter.ascii("connection: upgrade\r\nupgrade: ");
    private static final byte[] FORWARDED_FOR = HeadWriter.ascii("x-forwarded-for: ");
    private static final byte[] FORWARDED_HOST = HeadWriter.ascii("x-forwarded-host: ");
    private static final byte[] FORWARDED_PROTO = HeadWriter.ascii("x-forwarded-proto: http\r\n");
    private static final byte[] FORWARDED_PROTO_TLS = HeadWriter.ascii("x-forwarded-proto: https\r\n");
    private static final byte[] FORWARDED_PREFIX = HeadWriter.ascii("x-forwarded-prefix: ");
    private static final byte[] FORWARDED = HeadWriter.ascii("forwarded: ");
    private static final byte[] LIST = HeadWriter.ascii(", ");

    private RequestWriter() {}

    public static void write(HeadWriter out, RequestHead head, Onward onward) {
        out.start();
        requestLine(out, head, onward);
        host(out, head, HOST);
        for (int i = 0; i < head.count(); i++) {
            if (handedOn(head.name(i), onward)
                    && !head.forNeighbour(i)
                    && i != onward.shown().field()) {
                out.field(head, i);
            }
        }
        framing(out, head);
        if (onward.earlier() != Onward.Earlier.KEPT) {
            forwarding(out, head, onward);
        }
        out.text(onward.shown().told());
        out.ray(onward.ray());
        out.line();
    }

    private static boolean handedOn(FieldName name, Onward onward) {
        FieldName.Way way = name.way();
        return (way == FieldName.Way.KEPT && (onward.extended() || name != FieldName.SEC_WEBSOCKET_EXTENSIONS))
                || (way == FieldName.Way.FORWARDING && onward.earlier() == Onward.Earlier.KEPT);
    }

    private static void requestLine(HeadWriter out, RequestHead head, Onward onward) {
        out.put(head.bytes(), head.methodFrom(), head.methodTo()).put(' ');
        int from = onward.targetFrom();
        if (from == head.targetTo() || head.bytes()[from] == '?') {
            out.put('/');
        }
        Shown shown = onward.shown();
        if (shown.cutFrom() < shown.cutTo()) {
            out.put(head.bytes(), from, shown.cutFrom()).put(head.bytes(), shown.cutTo(), head.targetTo());
        } else {
            out.put(head.bytes(), from, head.targetTo());
        }
        // An HTTP/1.0 client understands no chunks, so the actor must hear the client's version.
        out.put(head.http10() ? HTTP_10 : HTTP_11);
    }

    private static void host(HeadWriter out, RequestHead head, byte[] name) {
        out.put(name);
        if (head.host() >= 0) {
            out.put(head.bytes(), head.valueFrom(head.host()), head.valueTo(head.host()));
        } else {
            out.put(LOCALHOST);
        }
        out.line();
    }

    private static void framing(HeadWriter out, RequestHead head) {
        if (head.contentLength() >= 0) {
            out.put(LENGTH).number(head.contentLength()).line();
        }
        if (head.chunked()) {
            out.put(CHUNKED);
        }
        if (head.expectsContinue()) {
            out.put(EXPECT);
        }
        if (head.upgrade()) {
            int field = head.upgradeField();
            out.put(UPGRADE)
                    .put(head.bytes(), head.valueFrom(field), head.valueTo(field))
                    .line();
        }
    }

    private static void forwarding(HeadWriter out, RequestHead head, Onward onward) {
        boolean believed = onward.earlier() == Onward.Earlier.BELIEVED;
        out.put(FORWARDED_FOR);
        if (believed) {
            earlier(out, head, FieldName.X_FORWARDED_FOR);
        }
        out.text(onward.clientAddress()).line();
        standardForwarding(out, head, onward);
        if (!believed || !passed(out, head, FieldName.X_FORWARDED_HOST)) {
            host(out, head, FORWARDED_HOST);
        }
        if (!believed || !passed(out, head, FieldName.X_FORWARDED_PROTO)) {
            out.put(onward.secured() ? FORWARDED_PROTO_TLS : FORWARDED_PROTO);
        }
        if (onward.prefixTo() > onward.prefixFrom()) {
            out.put(FORWARDED_PREFIX)
                    .put(head.bytes(), onward.prefixFrom(), onward.prefixTo())
                    .line();
        }
    }

    /** The same in the words of RFC 7239; what is no address of version 4 is quoted there. */
    private static void standardForwarding(HeadWriter out, RequestHead head, Onward onward) {
        out.put(FORWARDED);
        if (onward.earlier() == Onward.Earlier.BELIEVED) {
            earlier(out, head, FieldName.FORWARDED);
        }
        boolean quoted = onward.clientAddress().indexOf(':') >= 0;
        out.text(quoted ? "for=\"[" : "for=").text(onward.clientAddress()).text(quoted ? "]\"" : "");
        if (head.host() >= 0 && head.valueFrom(head.host()) < head.valueTo(head.host())) {
            out.text(";host=\"")
                    .put(head.bytes(), head.valueFrom(head.host()), head.valueTo(head.host()))
                    .put('"');
        }
        out.text(onward.secured() ? ";proto=https" : ";proto=http").line();
    }

    private static void earlier(HeadWriter out, RequestHead head, FieldName name) {
        for (int i = 0; i < head.count(); i++) {
            if (head.name(i) == name) {
                out.put(head.bytes(), head.valueFrom(i), head.valueTo(i)).put(LIST);
            }
        }
    }

    /** Hands on what the proxy before us, the last to speak, said; or nothing. */
    private static boolean passed(HeadWriter out, RequestHead head, FieldName name) {
        int field = last(head, name);
        if (field >= 0) {
            out.field(head, field);
        }
        return field >= 0;
    }

    private static int last(RequestHead head, FieldName name) {
        for (int i = head.count() - 1; i >= 0; i--) {
            if (head.name(i) == name) {
                return i;
            }
        }
        return -1;
    }
}
