package rivet.agent.bundle;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Counts and hashes what is read through it; refuses a byte too many at once. */
final class Verified extends FilterInputStream {

    private final Download.Expected expected;
    private final MessageDigest digest = sha256();
    private volatile long count;

    Verified(InputStream in, Download.Expected expected) {
        super(in);
        this.expected = expected;
    }

    /** Fails unless exactly the expected bytes were read. */
    void check() {
        var found = HexFormat.of().formatHex(digest.digest());
        if (count != expected.sizeBytes() || !found.equals(expected.sha256())) {
            throw new BuildUnavailable("%s: %d bytes with SHA-256 %s came (expected: %d bytes with %s)"
                    .formatted(expected.what(), count, found, expected.sizeBytes(), expected.sha256()));
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

    long count() {
        return count;
    }

    /** Only one thread reads. */
    private void count(int more) {
        long now = count + more;
        count = now;
        if (now > expected.sizeBytes()) {
            throw new BuildUnavailable(
                    "%s: more than its %d bytes came".formatted(expected.what(), expected.sizeBytes()));
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
