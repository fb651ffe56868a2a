package rivet.agent.warden;

/** Bytes in a message; whoever has the message may keep them, and no one changes them. */
final class Bytes {

    private final byte[] array;

    private Bytes(byte[] array) {
        this.array = array;
    }

    static Bytes of(byte[] array) {
        return new Bytes(array);
    }

    byte[] array() {
        return array;
    }
}
