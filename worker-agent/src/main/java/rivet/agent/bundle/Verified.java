package rivet.agent.bundle;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import rivet.protocol.link.ActorSpec;

/** Counts and hashes what is read through it; refuses a byte too many at once. */
final class Verified extends FilterInputStream {

    private final ActorSpec.Build expected;
    private final MessageDigest digest = sha256();
    private long count;

    Verified(InputStream in, ActorSpec.Build expected) {
        super(in);
        this.expected = expected;
    }

    /** Fails unless exactly the expected bytes were read. */
    void check() {
        var found = HexFormat.of().formatHex(digest.digest());
        if (count != expected.sizeBytes() || !found.equals(expected.sha256())) {
            throw new BuildUnavailable("build %s: %d bytes with SHA-256 %s came (expected: %d bytes with %s)"
                    .formatted(expected.id(), count, found, expected.sizeBytes(), expected.sha256()));
        }
    }

    @Override
    public int read() throws IOException {
        int one = super.read();
        if (one >= 0) {
            count(1);
            digest.update((byte) one);
        }
        return one;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int read = super.read(into, offset, length);
        if (read > 0) {
            count(read);
            digest.update(into, offset, read);
        }
        return read;
    }

    private void count(int more) {
        count += more;
        if (count > expected.sizeBytes()) {
            throw new BuildUnavailable(
                    "build %s: more than its %d bytes came".formatted(expected.id(), expected.sizeBytes()));
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
