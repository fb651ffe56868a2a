/**
 * Calls to a Rivet server: begin at {@link rivet.client.RivetClient#builder()}.
 *
 * <pre>{@code
 * try (var client = RivetClient.builder().build()) {
 *     var actor = client.actors().createReady(
 *             CreateActor.withBuildTags(Map.of("name", "counter", "current", "true"))
 *                     .tag("room", "7")
 *                     .port("http", Port.http()),
 *             Duration.ofSeconds(30));
 *     System.out.println(actor.url("http"));
 * }
 * }</pre>
 *
 * <p>All methods block, and cost little on virtual threads; {@link rivet.client.RivetClient#async} runs any of them, or
 * several, without blocking. What goes wrong is a {@link rivet.client.RivetException}, one class per thing a caller may want
 * to do about it. Unless its page says otherwise a class here is immutable and thread-safe, and no parameter may be
 * {@code null}.
 *
 * <p>Deliberately absent: a second set of methods for asynchronous use, a cache, and anything an actor needs while it runs,
 * which is in {@code rivet.actor}.
 */
@NullMarked
package rivet.client;

import org.jspecify.annotations.NullMarked;
