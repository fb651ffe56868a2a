/**
 * Whether what concurrent clients of a store saw can be explained by one store that does one thing at a time. Deliberately
 * absent: how such a history comes to be; that is the business of the stories.
 */
@NullMarked
package rivet.devserver.linearizability;

import org.jspecify.annotations.NullMarked;
