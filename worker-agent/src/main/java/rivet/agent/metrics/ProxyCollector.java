package rivet.agent.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import rivet.agent.proxy.ProxyCounters;
import rivet.agent.proxy.RouteTable;

/** Reads the proxy's counters when they are asked for, so that a request costs the proxy nothing but the counting. */
final class ProxyCollector implements MultiCollector {

    private final ProxyCounters counters;
    private final RouteTable routes;

    ProxyCollector(ProxyCounters counters, RouteTable routes) {
        this.counters = counters;
        this.routes = routes;
    }

    @Override
    public MetricSnapshots collect() {
        return new MetricSnapshots(requests(), ofActors(), latency());
    }

    private CounterSnapshot requests() {
        var requests =
                CounterSnapshot.builder().name("rivet_proxy_requests").help("Requests that the proxy has ended.");
        for (var ended : counters.ended()) {
            requests.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                    .labels(Labels.of("status", ended.statusClass(), "cause", ended.cause()))
                    .value((double) ended.count())
                    .build());
        }
        return requests.build();
    }

    private CounterSnapshot ofActors() {
        var requests = CounterSnapshot.builder()
                .name("rivet_proxy_actor_requests")
                .help("Requests that actors of this agent have answered.");
        for (var answered : routes.answered()) {
            requests.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                    .labels(Labels.of(
                            "actor", answered.actor().toString(),
                            "port", answered.port(),
                            "status", answered.statusClass() + "xx"))
                    .value((double) answered.count())
                    .build());
        }
        return requests.build();
    }

    private HistogramSnapshot latency() {
        var latency = counters.latency();
        var buckets = ClassicHistogramBuckets.builder();
        for (int each = 0; each < latency.counts().size(); each++) {
            buckets.bucket(latency.upperSeconds().get(each), latency.counts().get(each));
        }
        return HistogramSnapshot.builder()
                .name("rivet_proxy_answer_seconds")
                .help("From a request's head to the head of the actor's answer.")
                .dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                        .classicHistogramBuckets(buckets.build())
                        .sum(latency.sumSeconds())
                        .build())
                .build();
    }
}
