/** What actors print. Deliberately absent: searching and exporting it. */
@NullMarked
package rivet.controlplane.log;

import org.jspecify.annotations.NullMarked;
