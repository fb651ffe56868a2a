/** Who is calling: people by token, agents by theirs, and in development nobody but this machine. Deliberately absent: what a caller asks for. */
@NullMarked
package rivet.controlplane.auth;

import org.jspecify.annotations.NullMarked;
