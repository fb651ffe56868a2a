@NullMarked
package rivet.client;

import org.jspecify.annotations.NullMarked;
