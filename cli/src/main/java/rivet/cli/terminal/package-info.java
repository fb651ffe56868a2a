/**
 * How a command meets its caller: where it runs, what it prints and with which code it ends. Deliberately absent: what any
 * command does.
 */
@NullMarked
package rivet.cli.terminal;

import org.jspecify.annotations.NullMarked;
