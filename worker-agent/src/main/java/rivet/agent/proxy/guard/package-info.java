/**
 * Whether a request may reach a port: the port's rule, what the request shows, and what the control plane said of keys and
 * revoked connections. Its door is {@link rivet.agent.proxy.guard.Guard}. Deliberately absent: any call to another process,
 * and what becomes of those who are refused.
 */
@NullMarked
package rivet.agent.proxy.guard;

import org.jspecify.annotations.NullMarked;
