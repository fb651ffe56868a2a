package rivet.controlplane.tenancy;

import java.util.UUID;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What is true of the whole installation, read once at start.
 *
 * @param signingKey the same for all replicas, made when the database was
 */
public record Installation(UUID clusterId, SecretKey signingKey) {

    /** The key is a secret. */
    @Override
    public String toString() {
        return "Installation[clusterId=%s, signingKey=***]".formatted(clusterId);
    }

    @Configuration(proxyBeanMethods = false)
    static class Read {
        @Bean
        Installation installation(JdbcClient jdbc) {
            return jdbc.sql("select cluster_id, signing_key from installation")
                    .query((row, _) -> new Installation(
                            row.getObject("cluster_id", UUID.class),
                            new SecretKeySpec(row.getBytes("signing_key"), "HmacSHA256")))
                    .single();
        }
    }
}
