/**
 * For the tests of actors: {@link rivet.actor.testing.TestContext} is the context of an actor that runs inside a test,
 * without a server, an agent or a process of its own. Deliberately absent: assertions, and any test library.
 */
@NullMarked
package rivet.actor.testing;

import org.jspecify.annotations.NullMarked;
