package rivet.agent.proxy.guard;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.jwt.proc.JWTProcessor;
import java.text.ParseException;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import rivet.protocol.link.IssuerKeys;

/**
 * Tells which JWTs an OpenID Connect issuer signed. Keys come from the control plane only, never from what a token names, and
 * only asymmetric algorithms are taken. Remembers some of the good ones, for a signature is dear. Thread-safe.
 */
@SuppressWarnings("JavaUtilDate") // the type that the library has for times
final class IdTokens {

    private static final Set<JWSAlgorithm> ALGORITHMS = Set.of(
            JWSAlgorithm.RS256,
            JWSAlgorithm.RS384,
            JWSAlgorithm.RS512,
            JWSAlgorithm.PS256,
            JWSAlgorithm.PS384,
            JWSAlgorithm.PS512,
            JWSAlgorithm.ES256,
            JWSAlgorithm.ES384,
            JWSAlgorithm.ES512);
    private static final Set<String> REQUIRED = Set.of("sub", "exp");
    private static final int CLOCK_SKEW_SECONDS = 30;
    private static final int LONGEST = 8192;
    private static final int MOST_REMEMBERED = 10_000;

    private static final int MOST_CLAIMS = 16;
    private static final Pattern NAME = Pattern.compile("[a-z0-9_-]{1,64}");
    private static final Pattern VALUE = Pattern.compile("[ -~]{1,256}");
    private static final Set<String> PROTOCOLS_OWN = Set.of(
            "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "nonce", "azp", "at_hash", "c_hash", "s_hash", "sid");

    private final InstantSource clock;
    private volatile Map<String, JWTProcessor<SecurityContext>> issuers = Map.of();
    private final Map<Asked, JWTClaimsSet> remembered = new ConcurrentHashMap<>();

    private record Asked(String token, String issuer, String audience) {}

    sealed interface Read {
        /** @param told lines for the actor about whom it is */
        record Good(String told) implements Read {}

        record Bad(String why) implements Read {}
    }

    IdTokens(InstantSource clock) {
        this.clock = clock;
    }

    void keys(List<IssuerKeys> given) {
        issuers = given.stream().collect(Collectors.toUnmodifiableMap(IssuerKeys::issuer, this::processor));
        remembered.clear();
    }

    Read read(String token, String issuer, String audience) {
        if (token.length() > LONGEST) {
            return new Read.Bad("The token is longer than %d characters.".formatted(LONGEST));
        }
        var processor = issuers.get(issuer);
        if (processor == null) {
            return new Read.Bad("The keys of %s are not known yet.".formatted(issuer));
        }
        var asked = new Asked(token, issuer, audience);
        JWTClaimsSet claims = remembered.get(asked);
        if (claims == null) {
            claims = verified(processor, asked);
            if (claims == null) {
                return new Read.Bad("The token is not a good one of %s.".formatted(issuer));
            }
            remember(asked, claims);
        }
        return isOver(claims) ? new Read.Bad("The token has expired.") : good(claims);
    }

    private static @Nullable JWTClaimsSet verified(JWTProcessor<SecurityContext> processor, Asked asked) {
        try {
            var claims = processor.process(asked.token(), null);
            return claims.getAudience().contains(asked.audience()) ? claims : null;
        } catch (ParseException | BadJOSEException | JOSEException _) {
            return null;
        }
    }

    private void remember(Asked asked, JWTClaimsSet claims) {
        if (remembered.size() >= MOST_REMEMBERED) {
            remembered.clear();
        }
        remembered.put(asked, claims);
    }

    private boolean isOver(JWTClaimsSet claims) {
        return claims.getExpirationTime().getTime() + CLOCK_SKEW_SECONDS * 1000L <= clock.millis();
    }

    private JWTProcessor<SecurityContext> processor(IssuerKeys keys) {
        try {
            var processor = new DefaultJWTProcessor<SecurityContext>();
            processor.setJWSTypeVerifier(
                    new DefaultJOSEObjectTypeVerifier<>(JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
            processor.setJWSKeySelector(
                    new JWSVerificationKeySelector<>(ALGORITHMS, new ImmutableJWKSet<>(JWKSet.parse(keys.jwks()))));
            processor.setJWTClaimsSetVerifier(verifier(keys.issuer()));
            return processor;
        } catch (ParseException e) {
            throw new IllegalArgumentException("keys of %s: no JSON Web Key Set".formatted(keys.issuer()), e);
        }
    }

    private DefaultJWTClaimsVerifier<SecurityContext> verifier(String issuer) {
        var verifier =
                new DefaultJWTClaimsVerifier<SecurityContext>(
                        new JWTClaimsSet.Builder().issuer(issuer).build(), REQUIRED) {
                    @Override
                    protected Date currentTime() {
                        return new Date(clock.millis());
                    }
                };
        verifier.setMaxClockSkew(CLOCK_SKEW_SECONDS);
        return verifier;
    }

    /** Names and values that a header can carry as they are; what cannot is left out. */
    private static Read good(JWTClaimsSet claims) {
        var subject = claims.getSubject();
        if (!VALUE.matcher(subject).matches()) {
            return new Read.Bad("The token's subject cannot be told to the actor.");
        }
        var told = new StringBuilder("x-rivet-subject: ").append(subject).append("\r\n");
        claims.getClaims().entrySet().stream()
                .filter(claim -> !PROTOCOLS_OWN.contains(claim.getKey()) && canBeTold(claim))
                .sorted(Map.Entry.comparingByKey())
                .limit(MOST_CLAIMS)
                .forEach(claim -> told.append("x-rivet-claim-")
                        .append(claim.getKey().replace('_', '-'))
                        .append(": ")
                        .append(claim.getValue())
                        .append("\r\n"));
        return new Read.Good(told.toString());
    }

    private static boolean canBeTold(Map.Entry<String, Object> claim) {
        var value = claim.getValue();
        return (value instanceof String || value instanceof Number || value instanceof Boolean)
                && NAME.matcher(claim.getKey()).matches()
                && VALUE.matcher(value.toString()).matches();
    }
}
