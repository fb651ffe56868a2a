package rivet.agent.proxy.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The fields a proxy must know, and what becomes of them on the way. */
public enum FieldName {
    OTHER(Way.KEPT),
    HOST(Way.REWRITTEN),
    CONTENT_LENGTH(Way.REWRITTEN),
    TRANSFER_ENCODING(Way.REWRITTEN),
    CONNECTION(Way.REWRITTEN),
    UPGRADE(Way.REWRITTEN),
    EXPECT(Way.REWRITTEN),
    ACCEPT(Way.KEPT),
    CONTENT_TYPE(Way.KEPT),
    /** Compression of frames among them: what it remembers of earlier ones dies with the process that has it. */
    SEC_WEBSOCKET_EXTENSIONS(Way.KEPT),
    KEEP_ALIVE(Way.DROPPED),
    PROXY_CONNECTION(Way.DROPPED),
    PROXY_AUTHORIZATION(Way.DROPPED),
    PROXY_AUTHENTICATE(Way.DROPPED),
    PROXY_AUTHENTICATION_INFO(Way.DROPPED),
    TE(Way.DROPPED),
    HTTP2_SETTINGS(Way.DROPPED),
    /** What a proxy before us says about the client. Believed only from a proxy that the operator named. */
    FORWARDED(Way.FORWARDING),
    X_REAL_IP(Way.FORWARDING),
    X_FORWARDED_FOR(Way.FORWARDING),
    X_FORWARDED_HOST(Way.FORWARDING),
    X_FORWARDED_PROTO(Way.FORWARDING),
    X_FORWARDED_OTHER(Way.FORWARDING),
    /** What we say about the caller, so never taken from outside. */
    RVT_RAY_ID(Way.OURS),
    X_RIVET(Way.OURS),
    /** A name that only an underscore keeps apart from one that frames the message. */
    TWIN(Way.REFUSED);

    /** What a proxy does with a field. */
    public enum Way {
        KEPT,
        REWRITTEN,
        DROPPED,
        FORWARDING,
        OURS,
        REFUSED
    }

    private static final String FORWARDED_FAMILY = "x-forwarded-";
    private static final String RIVET_FAMILY = "x-rivet-";
    private static final FieldName[][] BY_LENGTH = byLength();

    private final Way way;
    private final String text;

    FieldName(Way way) {
        this.way = way;
        this.text = name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public Way way() {
        return way;
    }

    static FieldName of(byte[] bytes, int from, int to) {
        int length = to - from;
        if (length < BY_LENGTH.length) {
            for (FieldName name : BY_LENGTH[length]) {
                if (startsWith(bytes, from, name.text)) {
                    return hasUnderscore(bytes, from, to) ? name.misspelled() : name;
                }
            }
        }
        return ofFamily(bytes, from, length);
    }

    /** With an underscore it may frame nothing, and is not what a proxy before us has written. */
    private FieldName misspelled() {
        return switch (way) {
            case REWRITTEN -> TWIN;
            case FORWARDING -> X_FORWARDED_OTHER;
            default -> this;
        };
    }

    private static FieldName ofFamily(byte[] bytes, int from, int length) {
        if (length <= RIVET_FAMILY.length() || Chars.folded(bytes[from]) != 'x') {
            return OTHER;
        }
        if (startsWith(bytes, from, RIVET_FAMILY)) {
            return X_RIVET;
        }
        return length > FORWARDED_FAMILY.length() && startsWith(bytes, from, FORWARDED_FAMILY)
                ? X_FORWARDED_OTHER
                : OTHER;
    }

    private static boolean startsWith(byte[] bytes, int from, String expected) {
        for (int i = 0; i < expected.length(); i++) {
            if (Chars.folded(bytes[from + i]) != expected.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean hasUnderscore(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == '_') {
                return true;
            }
        }
        return false;
    }

    private static FieldName[][] byLength() {
        List<List<FieldName>> lists = new ArrayList<>();
        for (FieldName name : values()) {
            if (name == OTHER || name == TWIN || name == X_RIVET || name == X_FORWARDED_OTHER) {
                continue;
            }
            while (lists.size() <= name.text.length()) {
                lists.add(new ArrayList<>());
            }
            lists.get(name.text.length()).add(name);
        }
        return lists.stream().map(names -> names.toArray(FieldName[]::new)).toArray(FieldName[][]::new);
    }
}
