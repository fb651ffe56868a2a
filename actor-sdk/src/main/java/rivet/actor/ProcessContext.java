package rivet.actor;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** The context of an actor that an agent started as a process. */
record ProcessContext(
        ActorMetadata metadata,
        Map<String, String> environment,
        Shutdown shutdown,
        System.Logger log,
        UnaryOperator<byte[]> agent,
        UnaryOperator<byte[]> patient,
        Kv kv,
        Alarms alarms,
        News news)
        implements ActorContext {

    static ProcessContext read(Map<String, String> environment, Class<? extends Actor> actor) {
        var agent = KvSocket.of(environment, KvSocket.SILENCE);
        var log = System.getLogger(actor.getName());
        var news = new News(agent);
        return new ProcessContext(
                ActorEnvironment.read(environment),
                Map.copyOf(environment),
                new Shutdown(ActorEnvironment.grace(environment), System::nanoTime, news::whyStopped),
                log,
                agent,
                KvSocket.of(environment, KvSocket.LONG_SILENCE),
                new KvClient(agent),
                new AlarmClient(agent, log),
                news);
    }

    @Override
    public void onUpgradeAvailable(Consumer<String> listener) {
        news.onNewer(listener);
    }

    @Override
    public void sleep() {
        KvCodec.done(agent.apply(KvCodec.sleep()));
    }

    @Override
    public void ready() {
        KvCodec.done(agent.apply(KvCodec.ready()));
    }

    @Override
    public Optional<Path> dir() {
        return Optional.ofNullable(environment.get(ActorEnvironment.DIR)).map(Path::of);
    }

    @Override
    public long checkpoint() {
        return KvCodec.checkpointed(patient.apply(KvCodec.checkpoint()));
    }

    @Override
    public int port(String name) {
        var ports = metadata.network().ports();
        var port = ports.get(name);
        if (port == null) {
            throw new IllegalArgumentException("port: '%s' (expected: one of %s, as the actor was created with)"
                    .formatted(name, new TreeSet<>(ports.keySet())));
        }
        return port.number();
    }
}
