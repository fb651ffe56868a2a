package rivet.agent.proxy.http;

/** The methods that a proxy treats in a way of their own. */
public enum Method {
    GET(true),
    HEAD(true),
    OPTIONS(true),
    PUT(true),
    DELETE(true),
    POST(false),
    PATCH(false),
    CONNECT(false),
    TRACE(false),
    OTHER(false);

    private static final Method[] NAMED = {GET, POST, HEAD, OPTIONS, PUT, DELETE, PATCH, CONNECT, TRACE};

    private final boolean idempotent;

    Method(boolean idempotent) {
        this.idempotent = idempotent;
    }

    /** Whether doing it twice does no harm. */
    public boolean idempotent() {
        return idempotent;
    }

    /** Whether doing it changes nothing. */
    public boolean safe() {
        return this == GET || this == HEAD || this == OPTIONS;
    }

    /** Whether a body has no meaning; old servers did not look for one and took it for the next request. */
    boolean bodyless() {
        return this == GET || this == HEAD || this == DELETE;
    }

    static Method of(byte[] bytes, int from, int to) {
        for (Method method : NAMED) {
            if (method.matches(bytes, from, to)) {
                return method;
            }
        }
        return OTHER;
    }

    private boolean matches(byte[] bytes, int from, int to) {
        String name = name();
        if (to - from != name.length()) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            if (bytes[from + i] != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
