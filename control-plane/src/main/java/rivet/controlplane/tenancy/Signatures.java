package rivet.controlplane.tenancy;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.Mac;
import org.springframework.stereotype.Component;

/** Signs what this installation later has to know again; any replica knows what another signed. */
@Component
public final class Signatures {

    private final Installation installation;

    Signatures(Installation installation) {
        this.installation = installation;
    }

    /** @return fit for a URL */
    public String of(String text) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(installation.signingKey());
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }

    /** Takes as long whatever is wrong with it. */
    public boolean isOf(String text, String signature) {
        return MessageDigest.isEqual(
                of(text).getBytes(StandardCharsets.US_ASCII), signature.getBytes(StandardCharsets.UTF_8));
    }
}
