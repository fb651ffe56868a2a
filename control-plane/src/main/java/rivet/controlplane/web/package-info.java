/** HTTP manners: errors, ray ids, JSON bodies, pages. Knows no other room. Deliberately absent: who calls and what for. */
@NullMarked
package rivet.controlplane.web;

import org.jspecify.annotations.NullMarked;
