/** What a project file may say, and what is said about one that says something else. */
@NullMarked
package rivet.cli.project;

import org.jspecify.annotations.NullMarked;
