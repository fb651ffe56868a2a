package rivet.controlplane.audit;

import java.time.Instant;

/** @param at by the database's clock @param outcome {@code ok}, or the code of the error that was answered */
public record AuditEntry(long id, Instant at, Change change, String outcome) {}
