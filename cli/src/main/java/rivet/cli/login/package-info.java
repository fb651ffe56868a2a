/** Keeps which server commands talk to, and with which token. */
@NullMarked
package rivet.cli.login;

import org.jspecify.annotations.NullMarked;
