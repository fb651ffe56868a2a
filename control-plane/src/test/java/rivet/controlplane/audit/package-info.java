@NullMarked
package rivet.controlplane.audit;

import org.jspecify.annotations.NullMarked;
