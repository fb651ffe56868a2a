package rivet.protocol.api;

import java.util.List;

/**
 * Log lines as parallel lists, oldest first.
 *
 * @param lines base64 of the bytes
 * @param timestamps RFC 3339
 * @param streams 0 stdout, 1 stderr
 * @param actorIndices which of {@code actorIds} wrote the line
 * @param watch what to send as {@code watch_index} to wait for newer lines
 */
public record LogsView(
        List<String> actorIds,
        List<String> lines,
        List<String> timestamps,
        List<Integer> streams,
        List<Integer> actorIndices,
        Watch watch) {

    public record Watch(String index) {}
}
