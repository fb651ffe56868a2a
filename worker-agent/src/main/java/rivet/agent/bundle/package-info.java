/**
 * Brings builds to this machine and keeps them: fetched once by digest, verified while they stream, unpacked, evicted when
 * the folder grows too large. Deliberately absent: where the bytes come from and how a build is run.
 */
@NullMarked
package rivet.agent.bundle;

import org.jspecify.annotations.NullMarked;
