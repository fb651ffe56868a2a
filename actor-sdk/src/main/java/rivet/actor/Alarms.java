package rivet.actor;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * When this actor is to be woken, and what for. Alarms are kept in the control plane's database across crashes, upgrades, moves and
 * sleep, until the actor is destroyed; a due one starts an actor that sleeps.
 *
 * <p>Each firing is handled <b>at least once</b>: it is told until a handler has returned, with the same {@link FiredAlarm#id()}. Times
 * that passed while nobody could handle them fire once, and the firing says how late it is and how many were missed.
 *
 * <pre>{@code
 * context.alarms().set(Alarm.every(Duration.ofMinutes(5)).named("sweep"));
 * context.alarms().on(alarm -> sweep(alarm.scheduledAt()));
 * }</pre>
 *
 * <p>At most 100 alarms an actor. All methods may be called from all threads; each call returns or fails within some seconds. One that is
 * refused throws a {@link KvException} and has done nothing, but for {@link KvException.Code#UNAVAILABLE}, which see. Implemented by
 * the platform; methods will be added.
 */
public interface Alarms {

    /**
     * Sets an alarm, in the place of the one with its name. One that is set with the same schedule already goes on as it is, and only its
     * payload is replaced: so it may be set at each start.
     *
     * @param alarm which, and when it fires
     * @return when it fires next; in the past where it is due and not handled
     * @throws KvException if it cannot be set; with code {@code INVALID} where its schedule makes no sense
     */
    Instant set(Alarm alarm);

    /**
     * Finds an alarm.
     *
     * @param name its name
     * @return the alarm, or empty: none is set, or it has fired for the last time and was handled
     * @throws KvException if it cannot be read
     */
    default Optional<Next> get(String name) {
        return list().stream().filter(next -> next.alarm().name().equals(name)).findFirst();
    }

    /**
     * Reads all alarms.
     *
     * @return in the order of their names
     * @throws KvException if they cannot be read
     */
    List<Next> list();

    /**
     * An alarm that is set.
     *
     * @param alarm as it was set
     * @param at when it fires next; in the past where it is due and not handled
     */
    record Next(Alarm alarm, Instant at) {}

    /**
     * Deletes an alarm. A handler that is at it goes on.
     *
     * @param name its name
     * @return whether there was one
     * @throws KvException if nobody knows whether it was deleted
     */
    boolean delete(String name);

    /**
     * Has alarms handled, one after the other, on a virtual thread. What the handler throws is logged, and the alarm comes again: after
     * 1 s, 2 s, 4 s … 5 min. Register it when all is there that it needs: a firing may wait already.
     *
     * @param handler for all alarms
     * @return ends it: no more are handled; one that is being handled still is
     * @throws IllegalStateException if there is a handler already
     */
    Registration on(Handler handler);

    /** Handles alarms. */
    @FunctionalInterface
    interface Handler {

        /**
         * Called for each firing until it has returned once.
         *
         * @param alarm what fires
         * @throws Exception to have it come again later
         */
        void fired(FiredAlarm alarm) throws Exception;
    }

    /** A handler that hears of alarms until this is closed. */
    interface Registration extends AutoCloseable {

        @Override
        void close();
    }
}
