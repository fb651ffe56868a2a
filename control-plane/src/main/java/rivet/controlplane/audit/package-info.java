/** Who changed what, or looked into what an actor keeps, when, from where, and how it ended. Deliberately absent: who may; and what the change was in detail, which the room tells that made it. */
@NullMarked
package rivet.controlplane.audit;

import org.jspecify.annotations.NullMarked;
