/**
 * How two agents of one install recognise each other before one hands the other requests: each proves to the other that it
 * knows the key, over numbers that are used once, and the owner also who it is. All of it is said in TLS where it leaves the
 * machine. Deliberately absent: an authority that signs certificates.
 */
@NullMarked
package rivet.agent.proxy.hop;

import org.jspecify.annotations.NullMarked;
