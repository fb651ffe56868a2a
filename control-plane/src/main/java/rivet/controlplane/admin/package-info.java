/** What administrators see and do over REST: projects, environments, the audit trail. Deliberately absent: tokens, which are next to what checks them. */
@NullMarked
package rivet.controlplane.admin;

import org.jspecify.annotations.NullMarked;
