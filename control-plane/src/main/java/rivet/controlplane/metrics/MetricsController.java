package rivet.controlplane.metrics;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.charset.StandardCharsets;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import rivet.controlplane.auth.Scraper;

/** Where Prometheus comes by. */
@RestController
class MetricsController {

    private static final String TEXT = "text/plain;version=0.0.4;charset=utf-8";

    private final PrometheusMeterRegistry registry;
    private final Census census;

    MetricsController(PrometheusMeterRegistry registry, Census census) {
        this.registry = registry;
        this.census = census;
    }

    @GetMapping("/actuator/prometheus")
    ResponseEntity<byte[]> scrape(Scraper scraper) {
        census.refresh();
        return ResponseEntity.ok()
                .header("content-type", TEXT)
                .body(registry.scrape("text/plain;version=0.0.4").getBytes(StandardCharsets.UTF_8));
    }
}
