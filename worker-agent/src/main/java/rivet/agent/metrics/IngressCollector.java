package rivet.agent.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import java.util.Locale;
import rivet.agent.proxy.IngressCounters;
import rivet.agent.proxy.IngressCounters.What;
import rivet.protocol.PortProtocol;

/** Likewise what became of connections and datagrams for TCP and UDP ports. */
final class IngressCollector implements MultiCollector {

    private static final List<PortProtocol> PROTOCOLS =
            List.of(PortProtocol.TCP, PortProtocol.TCP_TLS, PortProtocol.UDP);

    private final IngressCounters counters;

    IngressCollector(IngressCounters counters) {
        this.counters = counters;
    }

    @Override
    public MetricSnapshots collect() {
        var all = counters.counts();
        return new MetricSnapshots(
                counted(all, What.CONNECTION, "Connections to TCP ports, and those that the proxy itself has ended."),
                counted(all, What.SESSION, "Sources of datagrams that the proxy has given up."),
                counted(all, What.DATAGRAM_IN, "Datagrams of clients."),
                counted(all, What.DATAGRAM_OUT, "Datagrams of actors."),
                open());
    }

    private static MetricSnapshot counted(List<IngressCounters.Count> all, What what, String help) {
        var snapshot = CounterSnapshot.builder()
                .name("rivet_proxy_ingress_" + what.name().toLowerCase(Locale.ROOT))
                .help(help);
        for (var each : all) {
            if (each.what() == what) {
                snapshot.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                        .labels(Labels.of("protocol", each.protocol().toString(), "cause", each.cause()))
                        .value((double) each.count())
                        .build());
            }
        }
        return snapshot.build();
    }

    private MetricSnapshot open() {
        var snapshot = GaugeSnapshot.builder()
                .name("rivet_proxy_ingress_open")
                .help("Connections, or sources of datagrams, now.");
        for (var protocol : PROTOCOLS) {
            snapshot.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                    .labels(Labels.of("protocol", protocol.toString()))
                    .value((double) counters.open(protocol))
                    .build());
        }
        return snapshot.build();
    }
}
