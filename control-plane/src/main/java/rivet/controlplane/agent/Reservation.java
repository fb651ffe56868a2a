package rivet.controlplane.agent;

/** A share of an agent: what one actor takes. */
public record Reservation(int cpuMillicores, int memoryMib) {}
