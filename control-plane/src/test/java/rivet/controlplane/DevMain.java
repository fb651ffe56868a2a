package rivet.controlplane;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.util.Map;

/** Starts a control plane on an embedded Postgres, for trying it by hand. */
final class DevMain {

    private DevMain() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        var postgres = EmbeddedPostgres.builder().start();
        var began = System.nanoTime();
        var controlPlane = ControlPlane.start(Map.of(
                "rivet.database.url",
                postgres.getJdbcUrl("postgres", "postgres"),
                "rivet.database.test",
                true,
                "rivet.database.user",
                "postgres",
                "rivet.agents.token",
                "a-token-for-agents"));
        System.out.printf("ready %s in %d ms%n", controlPlane.uri(), (System.nanoTime() - began) / 1_000_000);
        Runtime.getRuntime().addShutdownHook(new Thread(controlPlane::close));
        Thread.currentThread().join();
    }
}
