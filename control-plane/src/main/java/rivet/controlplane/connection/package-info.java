/**
 * Connections: tokens that open a port of an actor for a while, and the keys that sign them. Its door is
 * {@link rivet.controlplane.connection.Connections}. Deliberately absent: checking tokens, which agents' proxies do without
 * asking, and the tokens themselves, which are shown once and stored nowhere.
 */
@NullMarked
package rivet.controlplane.connection;

import org.jspecify.annotations.NullMarked;
