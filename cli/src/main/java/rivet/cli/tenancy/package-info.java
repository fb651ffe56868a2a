/** Projects, environments, tokens, and who changed what. Deliberately absent: who may do what, which the server decides. */
@NullMarked
package rivet.cli.tenancy;

import org.jspecify.annotations.NullMarked;
