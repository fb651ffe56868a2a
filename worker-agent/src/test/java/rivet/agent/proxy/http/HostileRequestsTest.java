package rivet.agent.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import rivet.agent.proxy.http.HostileRequests.Vector;

/** Thousands of damaged requests. {@link PeersTest} records what other proxies make of them. */
class HostileRequestsTest {

    private static final List<Vector> VECTORS = Verdicts.vectors();

    @Test
    void we_refuse_what_either_haproxy_or_nginx_refuses() throws IOException {
        var verdicts = Verdicts.read();
        assertThat(verdicts.corpus())
                .as("the recording is one of these requests")
                .isEqualTo(Verdicts.digest(VECTORS));
        assertThat(VECTORS).hasSizeGreaterThan(5_000);

        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < VECTORS.size(); i++) {
            if (verdicts.refused(i)
                    && Reading.of(VECTORS.get(i).raw(), Integer.MAX_VALUE) instanceof Reading.Accepted) {
                wrong.add(VECTORS.get(i).name() + ": " + VECTORS.get(i).bytes());
            }
        }

        assertThat(wrong).isEmpty();
    }

    @Test
    void what_we_forward_is_the_one_request_that_we_read() {
        int accepted = 0;
        for (Vector vector : VECTORS) {
            if (Reading.of(vector.raw(), Integer.MAX_VALUE) instanceof Reading.Accepted ours) {
                accepted++;
                var others = Reading.byOthers(ours.forwarded().getBytes(StandardCharsets.ISO_8859_1));
                assertThat(others).as(vector.bytes()).hasSize(1);
                assertThat(others.getFirst())
                        .as(vector.bytes())
                        .isEqualTo(new Reading.Request(
                                ours.method(),
                                ours.target(),
                                ours.host(),
                                others.getFirst().body()));
            }
        }
        assertThat(accepted).as("enough is sound for this to mean something").isGreaterThan(500);
    }

    @Test
    void it_does_not_matter_in_which_pieces_they_come() {
        for (Vector vector : VECTORS) {
            byte[] bytes = vector.raw();
            var whole = accepted(Reading.of(bytes, Integer.MAX_VALUE));
            for (int piece : List.of(1, 2, 7)) {
                assertThat(accepted(Reading.of(bytes, piece)))
                        .as(vector.bytes())
                        .isEqualTo(whole);
            }
        }
    }

    /** Whether more is waited for where nothing good can come depends on the pieces, and may. */
    private static Optional<Reading> accepted(Reading reading) {
        return Optional.of(reading).filter(Reading.Accepted.class::isInstance);
    }
}
