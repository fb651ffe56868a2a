package rivet.protocol;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;

/** Who may reach a port through a proxy. Secrets are here as hashes only: to compare is all that anybody needs. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
public sealed interface PortGuard {

    /**
     * Whoever shows the token in {@code Authorization}.
     *
     * @param sha256 of the token's UTF-8 bytes, in lower-case hex
     */
    @JsonTypeName("bearer")
    record Bearer(String sha256) implements PortGuard {}

    /**
     * Whoever has a parameter with the right value in the URL.
     *
     * @param key the parameter's name
     * @param sha256 of the value's UTF-8 bytes, in lower-case hex
     */
    @JsonTypeName("query")
    record Query(String key, String sha256) implements PortGuard {}

    /** Whoever shows the token of a connection: {@link ConnectionToken}. */
    @JsonTypeName("connection")
    record Connection() implements PortGuard {}

    /**
     * Whoever shows a JWT of an OpenID Connect issuer.
     *
     * @param issuer its URL, as the token's {@code iss} has it
     * @param audience that must be in the token's {@code aud}
     */
    @JsonTypeName("oidc")
    record Oidc(String issuer, String audience) implements PortGuard {}
}
