package rivet.controlplane.build;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import rivet.controlplane.database.Transactions;
import rivet.controlplane.tenancy.Environment;
import rivet.controlplane.web.Problem;
import rivet.protocol.BuildId;

/** The way in for bytes: parts in any order and as often as one likes, then one completion that checks the whole. */
@Component
public final class Uploads {

    private static final int PRUNED_AT_ONCE = 20;

    private final BuildRepository repository;
    private final BuildBytes bytes;
    private final Builds builds;
    private final Transactions transactions;
    private final BuildSettings settings;

    Uploads(
            BuildRepository repository,
            BuildBytes bytes,
            Builds builds,
            Transactions transactions,
            BuildSettings settings) {
        this.repository = repository;
        this.bytes = bytes;
        this.builds = builds;
        this.transactions = transactions;
        this.settings = settings;
    }

    /** Stores one part. Its chunks count for nothing until all of it has come. */
    void store(BuildId id, int part, InputStream in) throws IOException {
        var build = repository.find(id).orElseThrow(() -> Builds.absent(id.toString()));
        requireUploading(build);
        if (part < 0 || part >= build.parts()) {
            throw invalid("part %d: the build has %d".formatted(part, build.parts()));
        }
        var attempt = new BuildBytes.Attempt(id, part, UUID.randomUUID());
        var accepted = false;
        try {
            requireLength(build, part, bytes.store(attempt, in, build.length(part)));
            accept(attempt);
            accepted = true;
        } finally {
            if (!accepted) {
                bytes.drop(attempt);
            }
        }
    }

    private void accept(BuildBytes.Attempt attempt) {
        transactions.run(() -> {
            var id = attempt.build();
            requireUploading(repository.lock(id).orElseThrow(() -> Builds.absent(id.toString())));
            bytes.accept(attempt);
            return id;
        });
    }

    /** @param parts in order, those that have not arrived */
    record Missing(Build build, List<Integer> parts) {}

    Missing missing(Environment environment, BuildId id) {
        var build = builds.get(environment, id);
        if (build.ready()) {
            return new Missing(build, List.of());
        }
        requireUploading(build);
        var arrived = bytes.parts(id).stream().map(BuildBytes.Attempt::part).collect(Collectors.toSet());
        return new Missing(
                build,
                IntStream.range(0, build.parts())
                        .boxed()
                        .filter(part -> !arrived.contains(part))
                        .toList());
    }

    /** Makes the build usable, if its bytes are all there and are what was promised. Repeating it changes nothing. */
    void complete(Environment environment, BuildId id) {
        var build = builds.get(environment, id);
        if (build.ready()) {
            return;
        }
        requireUploading(build);
        var parts = bytes.parts(id);
        if (parts.size() != build.parts()) {
            throw invalid("%d of %d parts have been uploaded".formatted(parts.size(), build.parts()));
        }
        settle(build, parts, bytes.sha256(parts));
    }

    /** Hashing took its time: what was hashed must still be what is there. */
    private void settle(Build build, List<BuildBytes.Attempt> hashed, String sha256) {
        var promised = build.declaredSha256();
        var matches = promised == null || promised.equals(sha256);
        transactions.run(() -> {
            var now = repository
                    .lock(build.id())
                    .orElseThrow(() -> Builds.absent(build.id().toString()));
            if (now.ready()) {
                return now;
            }
            requireUploading(now);
            if (!bytes.parts(build.id()).equals(hashed)) {
                throw Problem.conflict("UPLOAD_INVALID", "a part was uploaded again meanwhile; complete again");
            }
            if (matches) {
                repository.settle(build.id(), sha256);
                bytes.dropUnaccepted(build.id());
            } else {
                repository.refuse(build.id());
            }
            return now;
        });
        if (!matches) {
            throw mismatch(promised, sha256);
        }
    }

    /** Removes what was not completed in time, with its bytes. @return whether more can be done at once */
    public boolean prune() {
        var unfinished = repository.unfinished(settings.uploadValidity(), PRUNED_AT_ONCE);
        unfinished.forEach(repository::deleteUnfinished);
        return unfinished.size() == PRUNED_AT_ONCE;
    }

    private static void requireUploading(Build build) {
        switch (build.state()) {
            case UPLOADING -> {}
            case READY -> throw Problem.conflict("UPLOAD_INVALID", "the build is complete and takes no more bytes");
            case REFUSED -> throw invalid("the bytes did not have the digest promised; prepare a new build");
        }
    }

    private static void requireLength(Build build, int part, long came) {
        var expected = build.length(part);
        if (came != expected) {
            throw invalid("part %d: %s bytes came (expected: %d)"
                    .formatted(part, came > expected ? "more than " + expected : String.valueOf(came), expected));
        }
    }

    private static Problem mismatch(@Nullable String promised, String sha256) {
        return invalid("the bytes have the digest %s (expected: %s)".formatted(sha256, promised))
                .at("image_file.sha256", String.valueOf(promised));
    }

    private static Problem invalid(String message) {
        return new Problem(HttpStatus.BAD_REQUEST, "UPLOAD_INVALID", message);
    }
}
