@NullMarked
package rivet.controlplane;

import org.jspecify.annotations.NullMarked;
