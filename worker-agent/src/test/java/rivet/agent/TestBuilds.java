package rivet.agent;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import rivet.protocol.BuildId;
import rivet.protocol.BuildKind;
import rivet.protocol.PortProtocol;
import rivet.protocol.link.ActorSpec;

/** Builds and specs as short as a story needs them. */
public final class TestBuilds {

    private TestBuilds() {}

    public static ActorSpec.Build javascript(FakeControlPlane controlPlane, String source) {
        return stored(controlPlane, BuildKind.JAVASCRIPT, source.getBytes(StandardCharsets.UTF_8));
    }

    /** An archive whose program is this shell script. */
    public static ActorSpec.Build script(FakeControlPlane controlPlane, String source) throws IOException {
        return stored(controlPlane, BuildKind.EXECUTABLE, tar(Map.of("start", "#!/bin/sh\n" + source)));
    }

    public static ActorSpec.Build stored(FakeControlPlane controlPlane, BuildKind kind, byte[] bytes) {
        var build = build(kind, bytes);
        controlPlane.builds.put(build.id(), bytes);
        return build;
    }

    public static ActorSpec.Build build(BuildKind kind, byte[] bytes) {
        return new ActorSpec.Build(BuildId.random(), kind, sha256(bytes), bytes.length, "none");
    }

    public static byte[] tar(Map<String, String> files) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(bytes)) {
            for (var file : files.entrySet()) {
                var content = file.getValue().getBytes(StandardCharsets.UTF_8);
                var entry = new TarArchiveEntry(file.getKey(), true);
                entry.setSize(content.length);
                entry.setMode(0755);
                tar.putArchiveEntry(entry);
                tar.write(content);
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    public static ActorSpec spec(ActorSpec.Build build, Map<String, String> environment, String... httpPorts) {
        var ports = new LinkedHashMap<String, ActorSpec.Port>();
        for (var port : httpPorts) {
            ports.put(port, new ActorSpec.Port(PortProtocol.HTTP, null, "http://127.0.0.1:7080/x-" + port));
        }
        return new ActorSpec(
                build,
                Map.of("name", "test"),
                "room-7",
                environment,
                ports,
                250,
                256,
                5_000,
                new ActorSpec.Owner("p-id", "p-slug", "e-id", "e-slug", "c-id", "local", "Local"),
                Instant.parse("2026-01-02T03:04:05.678Z"));
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
