/**
 * The rivet command: the root, which knows all rooms below it. Deliberately absent: any behaviour of the server; a command
 * asks the control plane and prints the answer. Classes that a command may not need are loaded when it does, because people
 * wait for this program.
 */
@NullMarked
package rivet.cli;

import org.jspecify.annotations.NullMarked;
