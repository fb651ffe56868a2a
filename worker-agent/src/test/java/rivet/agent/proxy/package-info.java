@NullMarked
package rivet.agent.proxy;

import org.jspecify.annotations.NullMarked;
