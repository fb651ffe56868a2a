package rivet.controlplane.log;

import java.time.Duration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the simulation builds of this room. */
public final class LogDoor {

    private LogDoor() {}

    public static ActorLogs logs(JdbcClient jdbc) {
        return new ActorLogs(
                new ActorLogRepository(jdbc), new LogSettings(1, Duration.ofDays(1), Duration.ofSeconds(1)));
    }
}
