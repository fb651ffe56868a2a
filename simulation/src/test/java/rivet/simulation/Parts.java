package rivet.simulation;

/** The parts of one replica, each made once, when it is first asked for. */
public interface Parts {

    <T> T get(Class<T> type);
}
