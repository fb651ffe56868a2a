package rivet.controlplane.agent;

/** What joining gave an agent. @param epoch counts its registrations @param setRevision of its desired set now */
public record Registration(long epoch, long setRevision) {}
