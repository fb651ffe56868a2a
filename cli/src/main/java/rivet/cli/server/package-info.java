/** The control plane as the command sees it: where it is, as whom we ask, and its answers as records of {@code protocol}. */
@NullMarked
package rivet.cli.server;

import org.jspecify.annotations.NullMarked;
