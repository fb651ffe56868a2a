package rivet.controlplane.build;

import java.time.Instant;
import java.time.InstantSource;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import rivet.controlplane.tenancy.Signatures;
import rivet.controlplane.web.Problem;
import rivet.protocol.BuildId;

/** Signs and checks the URLs parts are uploaded to: whoever has one may store that part until it expires. */
@Component
final class UploadUrls {

    private final Signatures signatures;
    private final InstantSource clock;
    private final BuildSettings settings;

    UploadUrls(Signatures signatures, InstantSource clock, BuildSettings settings) {
        this.signatures = signatures;
        this.clock = clock;
        this.settings = settings;
    }

    String sign(String base, BuildId build, int part) {
        var expires = clock.instant().plus(settings.uploadValidity()).getEpochSecond();
        return "%s/builds/%s/parts/%d?expires=%d&signature=%s"
                .formatted(base, build, part, expires, signatures.of(signed(build, part, expires)));
    }

    void check(BuildId build, int part, long expires, String signature) {
        if (!signatures.isOf(signed(build, part, expires), signature)) {
            throw new Problem(HttpStatus.FORBIDDEN, "API_FORBIDDEN", "signature: not ours (expected: a URL of prepare)")
                    .at("signature");
        }
        if (clock.instant().isAfter(Instant.ofEpochSecond(expires))) {
            throw new Problem(HttpStatus.FORBIDDEN, "API_FORBIDDEN", "expires: the URL has expired; prepare again")
                    .at("expires");
        }
    }

    private static String signed(BuildId build, int part, long expires) {
        return "upload/%s/%d/%d".formatted(build, part, expires);
    }
}
