/** The conversation with each agent: hello and reports in, the desired set out. Deliberately absent: commands; an agent is told what shall be. */
@NullMarked
package rivet.controlplane.link;

import org.jspecify.annotations.NullMarked;
