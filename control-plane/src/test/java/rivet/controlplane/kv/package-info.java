/** What can be told of stores without a database. */
@NullMarked
package rivet.controlplane.kv;

import org.jspecify.annotations.NullMarked;
