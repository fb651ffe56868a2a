/** Tests of what decides by itself; that handlers are guarded is tested from outside. */
@NullMarked
package rivet.controlplane.auth;

import org.jspecify.annotations.NullMarked;
