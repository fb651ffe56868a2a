package rivet.protocol.link;

/**
 * The public keys of an OpenID Connect issuer.
 *
 * @param issuer its URL, as tokens have it
 * @param jwks a JSON Web Key Set (RFC 7517) of asymmetric signing keys without their private parts
 */
public record IssuerKeys(String issuer, String jwks) {}
