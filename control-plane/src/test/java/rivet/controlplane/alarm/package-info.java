/** What can be told of alarms without a database. */
@NullMarked
package rivet.controlplane.alarm;

import org.jspecify.annotations.NullMarked;
