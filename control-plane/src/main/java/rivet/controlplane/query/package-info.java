/**
 * The query language of {@code query_json}: a JSON expression becomes a parameterised SQL condition and a test of a row.
 * Text of the caller is only ever a parameter; column names come from a {@link Schema}. Deliberately absent: the database,
 * and which properties there are.
 */
@NullMarked
package rivet.controlplane.query;

import org.jspecify.annotations.NullMarked;
