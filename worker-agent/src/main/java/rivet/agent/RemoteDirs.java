package rivet.agent;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.UUID;
import rivet.agent.dir.ActorDirs;
import rivet.agent.dir.DirRefused;
import rivet.agent.link.ControlPlaneLink;
import rivet.protocol.ActorId;
import rivet.protocol.link.CheckpointTaken;
import rivet.protocol.link.DirOpened;

/** What is kept of actors' directories is behind the link. */
record RemoteDirs(ControlPlaneLink link) implements ActorDirs.Remote {

    private static final Duration ANSWER_BOUND = Duration.ofSeconds(10);

    @Override
    public DirOpened open(ActorId actor, long generation, long held)
            throws IOException, DirRefused, InterruptedException {
        return asked(() ->
                link.dir("%s/%d/open?held=%d".formatted(actor, generation, held), null, ANSWER_BOUND, DirOpened.class));
    }

    @Override
    public long take(ActorDirs.Upload upload, Duration atMost) throws IOException, DirRefused, InterruptedException {
        var path = "%s/%d/checkpoints/%s?cause=%s&size=%d&content=%d&sha256=%s"
                .formatted(
                        upload.actor(),
                        upload.generation(),
                        upload.id(),
                        upload.stopped() ? "stopped" : "asked",
                        upload.sizeBytes(),
                        upload.contentBytes(),
                        upload.sha256());
        return asked(() ->
                link.dir(path, upload.file(), atMost, CheckpointTaken.class).number());
    }

    @Override
    public long takeStore(UUID id, ActorId actor, long generation, Duration atMost)
            throws IOException, DirRefused, InterruptedException {
        var path = "%s/%d/checkpoints/%s".formatted(actor, generation, id);
        return asked(() -> link.dir(path, null, atMost, CheckpointTaken.class).number());
    }

    @Override
    public InputStream download(ActorId actor, long number) throws IOException, InterruptedException {
        return link.checkpoint(actor, number);
    }

    @Override
    public void overQuota(ActorId actor, long generation, long bytes, long quotaBytes)
            throws IOException, DirRefused, InterruptedException {
        var _ = asked(() -> link.dir(
                "%s/%d/over-quota?bytes=%d&quota=%d".formatted(actor, generation, bytes, quotaBytes),
                null,
                ANSWER_BOUND,
                Object.class));
    }

    private interface Question<T> {

        T ask() throws IOException, InterruptedException;
    }

    private static <T> T asked(Question<T> question) throws IOException, DirRefused, InterruptedException {
        try {
            return question.ask();
        } catch (ControlPlaneLink.Refused e) {
            throw e.code().equals(ControlPlaneLink.Refused.TOO_LARGE)
                    ? new DirRefused(DirRefused.Kind.TOO_LARGE, String.valueOf(e.getMessage()), e)
                    : new DirRefused(
                            DirRefused.Kind.STALE,
                            "a newer generation of this actor was started, or it is destroyed",
                            e);
        }
    }
}
