/** What an actor says to its store and hears from it: bytes, described in docs/reference/kv-wire.md. Deliberately absent: what keys and values mean. */
@NullMarked
package rivet.protocol.kv;

import org.jspecify.annotations.NullMarked;
