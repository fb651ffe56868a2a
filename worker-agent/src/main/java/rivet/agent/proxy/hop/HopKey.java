package rivet.agent.proxy.hop;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import rivet.protocol.AgentId;

/** What all agents of one install know, and nobody else. Thread-safe. */
public final class HopKey {

    static final int PROOF_BYTES = 32;

    private static final String ALGORITHM = "HmacSHA256";
    private static final String PURPOSE = "rivet: requests between agents, 1";

    private final SecretKeySpec key;

    private HopKey(byte[] key) {
        this.key = new SecretKeySpec(key, ALGORITHM);
    }

    /** Made of the token that agents show to the control plane: who knows that can join as an agent anyway. */
    public static HopKey ofToken(String token) {
        SecretKeySpec root = new SecretKeySpec(token.getBytes(StandardCharsets.UTF_8), ALGORITHM);
        return new HopKey(mac(root, PURPOSE.getBytes(StandardCharsets.UTF_8)));
    }

    /** Who proves something; the one's proof is never the other's. */
    enum Side {
        OWNER,
        DIALLER
    }

    /**
     * @param owner which agent is dialled, so that a listener that has another's address by now is found out
     * @param dialled the number of the one who dials
     * @param accepted the number of the owner
     * @param certificate of the owner, as whoever makes or expects the proof knows it: where somebody in between speaks TLS with
     *     both, the two know different ones (channel binding, as in RFC 5929). {@link HopTls#NONE} without TLS
     */
    byte[] proof(Side by, AgentId owner, byte[] dialled, byte[] accepted, byte[] certificate) {
        byte[] said = "%s %s".formatted(by, owner).getBytes(StandardCharsets.US_ASCII);
        return mac(key, said, dialled, accepted, certificate);
    }

    static boolean same(byte[] expected, byte[] shown) {
        return MessageDigest.isEqual(expected, shown);
    }

    private static byte[] mac(SecretKeySpec key, byte[]... parts) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            for (byte[] part : parts) {
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // each Java has it
        }
    }

    @Override
    public String toString() {
        return "***";
    }
}
