package rivet.controlplane.build;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;
import rivet.controlplane.database.Chunks;
import rivet.protocol.BuildKind;

/**
 * @param part the length of an upload part
 * @param uploadValidity how long an upload URL works, and how long an upload may rest between two parts
 * @param stallTimeout how long an upload may send nothing
 */
@ConfigurationProperties("rivet.builds")
record BuildSettings(
        DataSize javascriptLimit,
        DataSize executableLimit,
        DataSize part,
        Duration uploadValidity,
        Duration stallTimeout) {

    BuildSettings {
        if (part.toBytes() < Chunks.BYTES) {
            throw new IllegalArgumentException("rivet.builds.part: %s (expected: at least 1MB)".formatted(part));
        }
    }

    long limit(BuildKind kind) {
        return kind == BuildKind.JAVASCRIPT ? javascriptLimit.toBytes() : executableLimit.toBytes();
    }
}
