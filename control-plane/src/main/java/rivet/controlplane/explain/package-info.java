/** Answers "why is it not running" in one call, out of what other rooms know. Deliberately absent: any table. */
@NullMarked
package rivet.controlplane.explain;

import org.jspecify.annotations.NullMarked;
