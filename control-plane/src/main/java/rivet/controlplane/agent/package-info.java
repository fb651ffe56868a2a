/** Which machines there are, what room they have, and how they say that they live. Deliberately absent: what runs there. */
@NullMarked
package rivet.controlplane.agent;

import org.jspecify.annotations.NullMarked;
