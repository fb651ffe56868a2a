/**
 * Makes processes of builds: which program, with which variables, in which sandbox; finds or installs Deno, and keeps a few
 * warm processes of it that wait for an actor; finds a JVM, and makes caches with which it starts faster. Deliberately absent: when to start and stop.
 */
@NullMarked
package rivet.agent.launch;

import org.jspecify.annotations.NullMarked;
