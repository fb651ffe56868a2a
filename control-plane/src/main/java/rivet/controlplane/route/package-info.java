/**
 * Custom routes: host names and paths that lead to actors with some tags, and how many requests came for each. Its door is
 * {@link rivet.controlplane.route.Routes}. Deliberately absent: carrying requests, which agents' proxies do, and choosing
 * among the actors, which they do as well.
 */
@NullMarked
package rivet.controlplane.route;

import org.jspecify.annotations.NullMarked;
