/**
 * What actors remember: agents bring requests of their actors, and a write is acknowledged when Postgres has committed it for
 * the actor's newest generation. Deliberately absent: what keys and values mean; that is between an actor and its SDK.
 */
@NullMarked
package rivet.controlplane.kv;

import org.jspecify.annotations.NullMarked;
