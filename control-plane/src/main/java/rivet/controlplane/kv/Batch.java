package rivet.controlplane.kv;

import java.util.List;
import rivet.protocol.kv.KvRequest;

/** What one generation of an actor writes in one step. @param number the same one again is a retry @param confirmed one that it was told is done */
record Batch(KvStore.Writer writer, long number, long confirmed, List<KvRequest> requests) {}
