/**
 * Ends TLS before the proxy: which certificate a name is answered with, and what is spoken inside. Certificates are files,
 * read again when they change. Deliberately absent: how certificates are got and renewed, and TLS towards actors.
 */
@NullMarked
package rivet.agent.proxy.tls;

import org.jspecify.annotations.NullMarked;
