/**
 * The project file, {@code rivet.json}: read strictly, so that each mistake is told with its line and column. Deliberately
 * absent: what is done with it.
 */
@NullMarked
package rivet.cli.project;

import org.jspecify.annotations.NullMarked;
