package rivet.agent;

import java.util.concurrent.CountDownLatch;

/** The agent as a program: reads the settings from the environment, runs until it is told to stop. */
public final class AgentMain {

    private static final int BAD_SETTINGS = 2;
    private static final String LOG_CONFIGURATION = "logback.configurationFile";

    private AgentMain() {}

    public static void main(String[] args) throws InterruptedException {
        // Not at the root of the jar: another program that embeds the agent has a configuration of its own.
        if (System.getProperty(LOG_CONFIGURATION) == null) {
            System.setProperty(LOG_CONFIGURATION, "rivet/agent/logback.xml");
        }
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
        System.out.println("metrics " + agent.metricsUrl());
        System.out.println("ready " + agent.id());
        new CountDownLatch(1).await();
    }
}
