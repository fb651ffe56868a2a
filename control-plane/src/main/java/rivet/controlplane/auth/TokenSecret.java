package rivet.controlplane.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * What a caller shows: {@code rvt_}, 16 hexadecimal digits that are public and find the row, {@code _}, and 64 that are secret
 * (256 bits). The bootstrap token, which an operator may have chosen, can be any text; its first characters are public.
 */
record TokenSecret(String text) {

    private static final Pattern OURS = Pattern.compile("rvt_[0-9a-f]{16}_[0-9a-f]{64}");
    private static final int PREFIX = "rvt_".length() + 16;
    private static final int BOOTSTRAP_PREFIX = 8;
    private static final SecureRandom RANDOM = new SecureRandom();

    static TokenSecret random() {
        return new TokenSecret("rvt_%s_%s".formatted(hex(8), hex(32)));
    }

    private static String hex(int count) {
        var bytes = new byte[count];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    String prefix() {
        return text.substring(0, OURS.matcher(text).matches() ? PREFIX : BOOTSTRAP_PREFIX);
    }

    byte[] hash() {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "***";
    }
}
