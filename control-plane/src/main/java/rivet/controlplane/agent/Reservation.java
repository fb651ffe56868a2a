package rivet.controlplane.agent;

/** A share of an agent: what one actor takes. */
public record Reservation(int cpuMillicores, int memoryMib) {

    /** An agent without room for a smaller one has none for this. */
    public boolean isAtLeast(Reservation other) {
        return cpuMillicores >= other.cpuMillicores && memoryMib >= other.memoryMib;
    }
}
