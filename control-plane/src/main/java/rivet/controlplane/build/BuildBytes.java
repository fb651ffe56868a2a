package rivet.controlplane.build;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.controlplane.database.Chunks;
import rivet.protocol.BuildId;

/** The one place that touches the bytes of builds. */
@Component
final class BuildBytes {

    private final JdbcClient jdbc;

    BuildBytes(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** One try to store one part. @param attempt keeps the chunks of two tries apart */
    record Attempt(BuildId build, int part, UUID attempt) {}

    /** @return how many bytes came; at most one more than the limit is read */
    long store(Attempt attempt, InputStream in, long limit) throws IOException {
        return Chunks.store((chunk, bytes) -> insert(attempt, chunk, bytes), in, limit);
    }

    private void insert(Attempt attempt, int chunk, byte[] bytes) {
        jdbc.sql("""
                insert into build_chunk (build_id, part, attempt, chunk, bytes)
                values (:build, :part, :attempt, :chunk, :bytes)
                """)
                .param("build", attempt.build().value())
                .param("part", attempt.part())
                .param("attempt", attempt.attempt())
                .param("chunk", chunk)
                .param("bytes", bytes)
                .update();
    }

    /** From now on this attempt is the part; earlier ones are gone. The build is locked by the caller. */
    void accept(Attempt attempt) {
        jdbc.sql("""
                insert into build_part (build_id, part, attempt) values (:build, :part, :attempt)
                on conflict (build_id, part) do update set attempt = excluded.attempt, stored_at = clock_timestamp()
                """)
                .param("build", attempt.build().value())
                .param("part", attempt.part())
                .param("attempt", attempt.attempt())
                .update();
    }

    void drop(Attempt attempt) {
        jdbc.sql("delete from build_chunk where build_id = :build and part = :part and attempt = :attempt")
                .param("build", attempt.build().value())
                .param("part", attempt.part())
                .param("attempt", attempt.attempt())
                .update();
    }

    /** The accepted parts, in order. */
    List<Attempt> parts(BuildId build) {
        return jdbc.sql("select part, attempt from build_part where build_id = :build order by part")
                .param("build", build.value())
                .query((row, _) -> new Attempt(build, row.getInt("part"), row.getObject("attempt", UUID.class)))
                .list();
    }

    void dropUnaccepted(BuildId build) {
        jdbc.sql("""
                delete from build_chunk c where c.build_id = :build and not exists (
                    select from build_part p
                    where p.build_id = c.build_id and p.part = c.part and p.attempt = c.attempt)
                """).param("build", build.value()).update();
    }

    void copy(List<Attempt> parts, OutputStream out) throws IOException {
        for (var part : parts) {
            Chunks.copy(chunk -> chunk(part, chunk), out);
        }
    }

    String sha256(List<Attempt> parts) {
        var digest = sha256();
        try (var nowhere = OutputStream.nullOutputStream();
                var out = new DigestOutputStream(nowhere, digest)) {
            copy(parts, out);
        } catch (IOException e) {
            throw new UncheckedIOException("nowhere is always writable", e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private byte[] chunk(Attempt part, int chunk) {
        return jdbc.sql("""
                select bytes from build_chunk
                where build_id = :build and part = :part and attempt = :attempt and chunk = :chunk
                """)
                .param("build", part.build().value())
                .param("part", part.part())
                .param("attempt", part.attempt())
                .param("chunk", chunk)
                .query((row, _) -> row.getBytes("bytes"))
                .optional()
                .orElse(new byte[0]);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
