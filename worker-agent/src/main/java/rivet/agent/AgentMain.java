package rivet.agent;

import java.util.concurrent.CountDownLatch;

/** The agent as a program: reads the settings from the environment, runs until it is told to stop. */
public final class AgentMain {

    private static final int BAD_SETTINGS = 2;

    private AgentMain() {}

    public static void main(String[] args) throws InterruptedException {
        AgentSettings settings;
        try {
            settings = AgentSettings.read(System.getenv());
        } catch (IllegalArgumentException e) {
            System.err.println("rivet-agent: " + e.getMessage());
            System.exit(BAD_SETTINGS);
            return;
        }
        var agent = Agent.start(settings, System.out::println);
        Runtime.getRuntime().addShutdownHook(new Thread(agent::close, "stop"));
        System.out.println("ready " + agent.id());
        new CountDownLatch(1).await();
    }
}
