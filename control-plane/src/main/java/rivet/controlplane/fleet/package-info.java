/** What operators see of the agents and ask of them. Deliberately absent: any table; other rooms own what is shown here. */
@NullMarked
package rivet.controlplane.fleet;

import org.jspecify.annotations.NullMarked;
