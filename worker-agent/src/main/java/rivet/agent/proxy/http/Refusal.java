package rivet.agent.proxy.http;

/**
 * Why a message is not accepted; the connection it came on is not used again.
 *
 * @param status what a client is answered; a malformed answer of an actor is a 502 whatever stands here
 */
public record Refusal(int status, String code, String message) {

    static Refusal malformed(String message) {
        return new Refusal(400, "malformed_request", message);
    }

    static Refusal headTooLarge(String message) {
        return new Refusal(431, "head_too_large", message);
    }
}
