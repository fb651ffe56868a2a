/** The quickstart, with a process that stands for the dev server. */
@NullMarked
package rivet.cli.quickstart;

import org.jspecify.annotations.NullMarked;
