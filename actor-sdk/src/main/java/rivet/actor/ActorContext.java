package rivet.actor;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What an actor knows of itself and of the world around it. All methods may be called from all threads, and answer the
 * same for the whole life of the process unless they say otherwise.
 *
 * <p>The platform implements it, and {@link rivet.actor.testing.TestContext} does for tests. Implement it nowhere else:
 * methods will be added.
 */
public interface ActorContext {

    /**
     * Who this actor is.
     *
     * @return ids, tags, region, build and ports
     */
    ActorMetadata metadata();

    /**
     * Where to listen for a port that the actor was created with. Listen on the loopback address ({@code 127.0.0.1})
     * with this number: the platform's proxy leads the port's URL to it.
     *
     * @param name the port's name as in the create request, such as {@code http}
     * @return 1 to 65535, the value of {@code PORT_<NAME>}
     * @throws IllegalArgumentException if the actor has no port with this name; the message lists those that it has
     */
    int port(String name);

    /**
     * The variables of the process: those of the create request, and the {@code PORT_…} and {@code RIVET_…} of the
     * platform, which win over them.
     *
     * @return an unmodifiable map
     */
    Map<String, String> environment();

    /**
     * Tells when the actor has to stop, and how long it may take over it.
     *
     * @return always the same object
     */
    Shutdown shutdown();

    /**
     * What this actor remembers across crashes, upgrades and moves. It is reached when it is first used.
     *
     * @return always the same store
     */
    Kv kv();

    /**
     * When this actor is to be woken, and what for. The control plane is asked when it is first used.
     *
     * @return always the same object
     */
    Alarms alarms();

    /**
     * Says that this actor is ready for requests. Where it was created with {@code lifecycle.readiness.signal}, requests wait
     * for this, and the start has failed if it does not come within the start timeout; else it does nothing. May be repeated.
     *
     * @throws KvException with code {@code UNAVAILABLE} if the agent cannot be reached for 5 s
     */
    void ready();

    /**
     * Asks to sleep: the actor is stopped as by its operator, with {@link #shutdown()} and its kill timeout, and started again as
     * a new generation when somebody wants it. What it is to remember is in its {@link #kv() store}. Returns when the agent has
     * heard it, which is before the stop; requests that come meanwhile are held, and wake it. May be repeated. Should the agent be
     * started anew just then, it may have forgotten it.
     *
     * @throws KvException with code {@code UNAVAILABLE} if the agent cannot be reached for 5 s
     */
    void sleep();

    /**
     * The actor's own directory, where it was created with one. What is in it when the process ends is kept and there again at the
     * next start, wherever that is.
     *
     * @return its path, which may be another one at the next start; empty if the actor has none
     */
    Optional<Path> dir();

    /**
     * Keeps what is in the {@link #kv() store} and in the {@link #dir() directory} now, for the case that this machine is lost or that
     * an operator wants to go back; the last five are kept. All writes to the store that have returned are in it. Nobody is to write to
     * the directory until this returns, which may take up to 2 min.
     *
     * @return the number of the checkpoint, which counts those of this actor from 1
     * @throws KvException with code {@code TOO_LARGE} if more is in the directory than its quota, or if there is none and the store is
     *     larger than a checkpoint keeps, {@code CONFLICT} if the directory was written to meanwhile, {@code STALE_GENERATION},
     *     {@code UNAVAILABLE}
     */
    long checkpoint();

    /**
     * Calls the listener when this actor is to get another build at its next start, or as soon as nobody uses it: it may choose a
     * good moment and end. Within about a second, on a thread of its own; again for each further build; also where one waits
     * already.
     *
     * @param listener is given the id of the build, a UUID
     */
    void onUpgradeAvailable(Consumer<String> listener);

    /**
     * A logger named after the actor's class. What it writes, like all that the process prints, is kept line by line as
     * the actor's log. Unless the actor brings another {@link System.LoggerFinder}, it is {@code java.util.logging}'s,
     * which prints {@code INFO} and above to the error stream.
     *
     * @return always the same logger
     */
    System.Logger log();
}
