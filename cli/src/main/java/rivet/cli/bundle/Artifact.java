package rivet.cli.bundle;

import java.nio.file.Path;
import rivet.protocol.BuildKind;

/**
 * What is uploaded.
 *
 * @param name how the server files it
 * @param sha256 of its bytes, in lower-case hex
 */
public record Artifact(BuildKind kind, String name, String contentType, Path file, long sizeBytes, String sha256) {}
