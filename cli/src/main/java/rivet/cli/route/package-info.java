/** Host names and paths of one's own that lead to actors. Deliberately absent: the routing. */
@NullMarked
package rivet.cli.route;

import org.jspecify.annotations.NullMarked;
