package rivet.controlplane.build;

import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import rivet.controlplane.audit.Audit;
import rivet.controlplane.idempotency.Idempotency;
import rivet.controlplane.idempotency.IdempotencyKey;
import rivet.controlplane.tenancy.Environment;
import rivet.controlplane.web.Times;
import rivet.protocol.BuildId;
import rivet.protocol.api.BuildView;

/** The first step of an upload: what will come is said, checked and remembered. */
@Component
final class Preparation {

    private final BuildRepository repository;
    private final BuildSettings settings;
    private final Idempotency idempotency;
    private final InstantSource clock;
    private final Idempotency.Memory<Build> memory;

    Preparation(BuildRepository repository, BuildSettings settings, Idempotency idempotency, InstantSource clock) {
        this.repository = repository;
        this.idempotency = idempotency;
        // An upload that was given up is gone, and so is what a repetition would get.
        this.memory = new Idempotency.Memory<>(
                build -> build.id().toString(),
                id -> repository.find(BuildId.parse(id)).orElseThrow(() -> Builds.absent(id)));
        this.settings = settings;
        this.clock = clock;
    }

    Build prepare(Environment environment, BuildView.PrepareRequest request, @Nullable IdempotencyKey key) {
        return idempotency.once(key, memory, () -> prepared(environment, request));
    }

    private Build prepared(Environment environment, BuildView.PrepareRequest request) {
        var kind = BuildChecks.kind(request.kind());
        var compression = BuildChecks.compression(request.compression());
        var file = BuildChecks.file(request.imageFile());
        var length = BuildChecks.length(file, kind, settings.limit(kind));
        var startTimeout = Times.ms("start_timeout", request.startTimeout());
        var build = new Build(
                BuildId.random(),
                environment.id(),
                String.valueOf(file.path()),
                kind,
                compression,
                length,
                settings.part().toBytes(),
                file.sha256(),
                startTimeout,
                null,
                Build.State.UPLOADING,
                Map.of(),
                clock.instant());
        Audit.target("/builds/" + build.id());
        repository.insert(build);
        return build;
    }
}
