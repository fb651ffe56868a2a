package rivet.cli.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Failure;
import rivet.protocol.api.BuildView.PresignedRequest;

/** Sends a file in the parts that the server asked for; no part is ever in memory as a whole. */
final class Upload {

    private static final int PARTS_AT_ONCE = 8;

    private final ControlPlaneClient server;
    private final Path file;
    private final UploadProgress progress;

    Upload(ControlPlaneClient server, Path file, UploadProgress progress) {
        this.server = server;
        this.file = file;
        this.progress = progress;
    }

    void send(List<PresignedRequest> parts) {
        try (var threads = Executors.newFixedThreadPool(
                PARTS_AT_ONCE, Thread.ofVirtual().name("upload-", 0).factory())) {
            var sending = new ArrayList<Future<?>>();
            parts.forEach(part -> sending.add(threads.submit(() -> server.putPart(part, bytes(part)))));
            try {
                for (var each : sending) {
                    each.get();
                }
            } catch (ExecutionException e) {
                threads.shutdownNow();
                throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e);
            } catch (InterruptedException e) {
                threads.shutdownNow();
                Thread.currentThread().interrupt();
                throw new Failure(ExitCode.FAILED, "INTERRUPTED", "interrupted while uploading");
            }
        }
    }

    private BodyPublisher bytes(PresignedRequest part) {
        return part.contentLength() == 0
                ? BodyPublishers.noBody()
                : BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(() -> open(part)), part.contentLength());
    }

    private InputStream open(PresignedRequest part) {
        try {
            var channel = FileChannel.open(file);
            channel.position(part.byteOffset());
            return new Slice(Channels.newInputStream(channel), part.contentLength(), progress);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The first bytes of a stream. */
    private static final class Slice extends InputStream {

        private final InputStream from;
        private final UploadProgress progress;
        private long left;

        Slice(InputStream from, long length, UploadProgress progress) {
            this.from = from;
            this.left = length;
            this.progress = progress;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int count = from.read(buffer, offset, (int) Math.min(length, left));
            left -= Math.max(0, count);
            progress.sent(Math.max(0, count));
            return count;
        }

        @Override
        public void close() throws IOException {
            from.close();
        }
    }
}
