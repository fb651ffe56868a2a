package rivet.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One upload: prepare, the parts one after the other, complete. */
final class Upload {

    private final Transport transport;
    private final BuildUpload upload;
    private final Path file;
    private final long bytes;
    private long mostSent = -1;
    private volatile @Nullable Exception ours;

    Upload(Transport transport, BuildUpload upload) throws IOException {
        this.transport = transport;
        this.upload = upload;
        this.file = upload.file();
        this.bytes = Files.size(file);
    }

    record Prepared(String build, List<Part> presignedRequests) {
        Prepared {
            Objects.requireNonNull(build, "build");
            presignedRequests = Answers.orEmpty(presignedRequests);
        }
    }

    /** @param byteOffset where it begins in the file */
    record Part(URI url, long byteOffset, long contentLength) {}

    /** @return the build's id */
    String run() throws IOException {
        var prepared = transport.send(Call.post("/builds/prepare", upload.body(bytes, sha256())), Prepared.class);
        report(0);
        try {
            prepared.presignedRequests().forEach(part -> transport.put(part.url(), () -> body(part)));
        } catch (RuntimeException e) {
            throwOurs(e);
            throw e;
        }
        report(bytes);
        transport.send(Call.post("/builds/" + Transport.encode(prepared.build()) + "/complete", null));
        return prepared.build();
    }

    private String sha256() throws IOException {
        try (var out = new DigestOutputStream(OutputStream.nullOutputStream(), MessageDigest.getInstance("SHA-256"))) {
            Files.copy(file, out);
            return HexFormat.of().formatHex(out.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** What goes wrong on our side reaches the transport as a broken connection, and must not be told as one. */
    private void throwOurs(RuntimeException seen) throws IOException {
        switch (ours) {
            case null -> {}
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            default -> throw seen;
        }
    }

    private BodyPublisher body(Part part) {
        if (ours != null) {
            throw new IllegalStateException("not worth a second attempt", ours);
        }
        return part.contentLength() == 0
                ? BodyPublishers.noBody()
                : BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(() -> open(part)), part.contentLength());
    }

    private InputStream open(Part part) {
        try {
            var channel = FileChannel.open(file);
            channel.position(part.byteOffset());
            return new PartStream(Channels.newInputStream(channel), part);
        } catch (IOException e) {
            ours = e;
            throw new UncheckedIOException(e);
        }
    }

    private synchronized void report(long sent) {
        if (sent > mostSent) {
            mostSent = sent;
            upload.progress().sent(sent, bytes);
        }
    }

    /** The bytes of one part, which tells how many of them have gone. */
    private final class PartStream extends InputStream {

        private final InputStream from;
        private final Part part;
        private long left;

        PartStream(InputStream from, Part part) {
            this.from = from;
            this.part = part;
            this.left = part.contentLength();
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
            try {
                int count = from.read(buffer, offset, (int) Math.min(length, left));
                if (count < 0) {
                    throw new IOException(file + " became shorter while it was sent");
                }
                left -= count;
                report(part.byteOffset() + part.contentLength() - left);
                return count;
            } catch (IOException | RuntimeException e) {
                ours = e;
                throw e;
            }
        }

        @Override
        public void close() throws IOException {
            from.close();
        }
    }
}
