/**
 * What the author of an actor imports: implement {@link rivet.actor.Actor}, build one jar, deploy it.
 *
 * <p>An actor is a plain Java program with one entry, {@link rivet.actor.Actor#start}. Around it stand its
 * {@linkplain rivet.actor.ActorContext context} (who it is, where to listen, when to stop) and
 * {@link rivet.actor.testing.TestContext}, the same context for the author's own tests.
 *
 * <p>Deliberately absent: a web framework, a lifecycle of callbacks, and every library. These classes know the JDK and
 * nothing else, so that an actor's class path holds what its author put there. Calls to a Rivet server are in {@code
 * rivet.client}.
 */
@NullMarked
package rivet.actor;

import org.jspecify.annotations.NullMarked;
