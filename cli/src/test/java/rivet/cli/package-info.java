/** Stories of the whole command, told against a stub control plane over a real socket. */
@NullMarked
package rivet.cli;

import org.jspecify.annotations.NullMarked;
