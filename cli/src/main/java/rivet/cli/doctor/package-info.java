/** Whether this machine has what Rivet needs, and what to do where it has not. Deliberately absent: mending it. */
@NullMarked
package rivet.cli.doctor;

import org.jspecify.annotations.NullMarked;
