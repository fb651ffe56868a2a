/** Control plane and agent. Level-triggered: whole sets and whole facts, so that lost, repeated or reordered frames do no harm. Deliberately absent: commands and acknowledgements. */
@NullMarked
package rivet.protocol.link;

import org.jspecify.annotations.NullMarked;
