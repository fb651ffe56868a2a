package rivet.controlplane.metrics;

import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** One registry for this control plane, not the process-wide one: a dev server has an agent with its own beside it. */
@Configuration(proxyBeanMethods = false)
class MetricsConfig {

    @Bean
    PrometheusMeterRegistry meterRegistry(JvmGcMetrics garbage) {
        var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        List.of(
                        new JvmMemoryMetrics(),
                        garbage,
                        new JvmThreadMetrics(),
                        new ProcessorMetrics(),
                        new UptimeMetrics(),
                        new FileDescriptorMetrics())
                .forEach(binder -> binder.bindTo(registry));
        return registry;
    }

    /** Closed with the context: it listens to the JVM. */
    @Bean
    JvmGcMetrics garbageMetrics() {
        return new JvmGcMetrics();
    }
}
