@NullMarked
package rivet.agent.proxy.http;

import org.jspecify.annotations.NullMarked;
