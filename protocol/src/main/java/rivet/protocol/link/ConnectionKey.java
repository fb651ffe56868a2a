package rivet.protocol.link;

/**
 * A key that tokens of connections are signed with.
 *
 * @param id as tokens name it
 * @param publicKey Ed25519, the X.509 encoding in base64
 */
public record ConnectionKey(String id, String publicKey) {}
