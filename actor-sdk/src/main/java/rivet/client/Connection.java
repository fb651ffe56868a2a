package rivet.client;

import java.net.URI;
import java.time.Instant;

/**
 * What opens a port for a while. Whoever has it is let in, so it is shown in no log.
 *
 * @param url of the port, with the token in its query
 * @param wsUrl the same for a WebSocket
 * @param token where it is sent in another way: as header {@code x-rivet-token}, or as {@code Authorization: Bearer}
 * @param expiresAt from when on it opens nothing more, by the server's clock
 * @param connectionId a UUID as text, for {@link Actors#disconnect}
 */
public record Connection(URI url, URI wsUrl, String token, Instant expiresAt, String connectionId) {

    /** Without what opens the port. */
    @Override
    public String toString() {
        return "Connection[connectionId=%s, expiresAt=%s]".formatted(connectionId, expiresAt);
    }
}
