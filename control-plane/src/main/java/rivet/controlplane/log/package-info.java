/** What actors print: kept, searched, followed, exported. Deliberately absent: where it comes from. */
@NullMarked
package rivet.controlplane.log;

import org.jspecify.annotations.NullMarked;
