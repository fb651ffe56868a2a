/** Tests of the whole control plane, through its real sockets and on a real Postgres. */
@NullMarked
package rivet.controlplane;

import org.jspecify.annotations.NullMarked;
