/**
 * Counts words in two stages of partitions, each an actor: {@link example.stream.Splitting} takes lines and sends their words on,
 * {@link example.stream.Counting} counts them.
 */
@NullMarked
package example.stream;

import org.jspecify.annotations.NullMarked;
