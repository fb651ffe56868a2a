package rivet.controlplane.kv;

import java.util.List;
import rivet.protocol.kv.KvRequest;

/** What one generation of an actor writes in one step. @param number the same one again is a retry */
record Batch(KvStore.Writer writer, long number, List<KvRequest> requests) {}
