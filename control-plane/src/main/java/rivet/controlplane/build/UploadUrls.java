package rivet.controlplane.build;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import javax.crypto.Mac;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import rivet.controlplane.tenancy.Installation;
import rivet.controlplane.web.Problem;
import rivet.protocol.BuildId;

/** Signs and checks the URLs parts are uploaded to: whoever has one may store that part until it expires. */
@Component
final class UploadUrls {

    private final Installation installation;
    private final InstantSource clock;
    private final BuildSettings settings;

    UploadUrls(Installation installation, InstantSource clock, BuildSettings settings) {
        this.installation = installation;
        this.clock = clock;
        this.settings = settings;
    }

    String sign(String base, BuildId build, int part) {
        var expires = clock.instant().plus(settings.uploadValidity()).getEpochSecond();
        return "%s/builds/%s/parts/%d?expires=%d&signature=%s"
                .formatted(base, build, part, expires, signature(build, part, expires));
    }

    void check(BuildId build, int part, long expires, String signature) {
        var expected = signature(build, part, expires).getBytes(StandardCharsets.US_ASCII);
        if (!MessageDigest.isEqual(expected, signature.getBytes(StandardCharsets.UTF_8))) {
            throw new Problem(HttpStatus.FORBIDDEN, "API_FORBIDDEN", "signature: not ours (expected: a URL of prepare)")
                    .at("signature");
        }
        if (clock.instant().isAfter(Instant.ofEpochSecond(expires))) {
            throw new Problem(HttpStatus.FORBIDDEN, "API_FORBIDDEN", "expires: the URL has expired; prepare again")
                    .at("expires");
        }
    }

    private String signature(BuildId build, int part, long expires) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(installation.signingKey());
            var signed = mac.doFinal(
                    "upload/%s/%d/%d".formatted(build, part, expires).getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(signed);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }
}
