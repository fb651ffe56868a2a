package rivet.controlplane;

import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import rivet.controlplane.web.Open;

/** Says whether requests can be served; with the database away the answer is 503, as it is for every other request. */
@RestController
class HealthController {

    private final JdbcClient jdbc;

    HealthController(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Answers 200 while requests can be served. */
    @Open("load balancers have no token, and it tells them nothing else")
    @GetMapping("/health")
    Map<String, String> health() {
        jdbc.sql("select 1").query(Integer.class).single();
        return Map.of("status", "up");
    }
}
