/** What can be run: builds, their bytes and their tags. Deliberately absent: how a build is started. */
@NullMarked
package rivet.controlplane.build;

import org.jspecify.annotations.NullMarked;
