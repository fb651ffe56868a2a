/** A durable workflow that is an actor: {@link example.workflow.Run} is the mechanism, {@link example.workflow.Orders} a use of it. */
@NullMarked
package example.workflow;

import org.jspecify.annotations.NullMarked;
