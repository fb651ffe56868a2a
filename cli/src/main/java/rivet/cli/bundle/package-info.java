/**
 * Makes of an author's files the one file that is uploaded: a script and what it imports become one module, a program
 * becomes an archive. Deliberately absent: the server.
 */
@NullMarked
package rivet.cli.bundle;

import org.jspecify.annotations.NullMarked;
