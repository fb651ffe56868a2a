package rivet.controlplane.connection;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import rivet.protocol.link.IssuerKeys;

/** The rows of issuers' keys; {@link Connections} holds the lock when one changes. */
@Repository
final class IssuerKeyRepository {

    private final JdbcClient jdbc;

    IssuerKeyRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    List<IssuerKeys> all(List<URI> issuers) {
        return jdbc.sql("select issuer, jwks from issuer_keys where issuer = any(:issuers) order by issuer")
                .param("issuers", issuers.stream().map(URI::toString).toArray(String[]::new))
                .query((row, _) -> new IssuerKeys(row.getString("issuer"), row.getString("jwks")))
                .list();
    }

    boolean isFresh(URI issuer, Duration age) {
        return jdbc.sql("""
                select exists (select from issuer_keys where issuer = :issuer
                    and fetched_at > clock_timestamp() - make_interval(secs => :age))
                """)
                .param("issuer", issuer.toString())
                .param("age", age.toSeconds())
                .query(Boolean.class)
                .single();
    }

    /** @return whether they are others than before */
    boolean put(URI issuer, String jwks) {
        return jdbc.sql("""
                with before as (select jwks from issuer_keys where issuer = :issuer)
                insert into issuer_keys (issuer, jwks) values (:issuer, :jwks)
                on conflict (issuer) do update set jwks = excluded.jwks, fetched_at = clock_timestamp()
                returning not exists (select from before where before.jwks = :jwks)
                """)
                .param("issuer", issuer.toString())
                .param("jwks", jwks)
                .query(Boolean.class)
                .single();
    }
}
