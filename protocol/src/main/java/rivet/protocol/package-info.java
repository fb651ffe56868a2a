/** What crosses a process boundary: ids, and how everything is written as JSON. Deliberately absent: behaviour. */
@NullMarked
package rivet.protocol;

import org.jspecify.annotations.NullMarked;
