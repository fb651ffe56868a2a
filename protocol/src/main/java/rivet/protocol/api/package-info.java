/** The public REST bodies, wire-compatible with version 25.5.3 of the published client; used by the control plane, which writes them, and by the CLI, which reads them. */
@NullMarked
package rivet.protocol.api;

import org.jspecify.annotations.NullMarked;
