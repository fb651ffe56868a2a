/** Commands about actors and the regions that they run in. Deliberately absent: builds. */
@NullMarked
package rivet.cli.actor;

import org.jspecify.annotations.NullMarked;
