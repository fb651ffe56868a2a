package rivet.controlplane.actor;

/** Another actor of the environment has the key: thrown out of the transaction, which leaves nothing behind. */
final class KeyTaken extends RuntimeException {

    KeyTaken() {
        super("the key is taken", null, false, false); // an ordinary outcome: no stack trace
    }
}
