package rivet.agent.supervise;

/**
 * How the lives of actors are carried on: on which threads, by which clock, and how they wait. Everything else in this room is
 * the same where time is simulated.
 */
interface Pace {

    /** As it is. */
    Pace REAL = new Pace() {

        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public void start(String name, Runnable life) {
            Thread.ofVirtual().name(name).start(life);
        }

        @Override
        public Turns turns() {
            return new Turns();
        }
    };

    /** Monotonic; only differences mean something. */
    long nanos();

    void start(String name, Runnable life);

    /** For one actor. */
    Turns turns();
}
