package rivet.cli.agent;

import java.time.Duration;
import java.util.Map;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Output;
import rivet.protocol.AgentId;
import rivet.protocol.api.AgentView;

/** An agent: asked for, and as text for people. */
final class AgentText {

    private AgentText() {}

    static AgentId parseId(String text) {
        try {
            return AgentId.parse(text);
        } catch (IllegalArgumentException e) {
            throw Failure.badInput("BAD_AGENT_ID", "agent " + e.getMessage());
        }
    }

    static AgentView.One get(ControlPlaneClient server, String id) {
        return server.get("/agents/" + parseId(id), Map.of(), AgentView.One.class);
    }

    /** @param change the last part of its path, such as {@code cordon} */
    static AgentView.One change(ControlPlaneClient server, String id, String change) {
        return server.call("POST", "/agents/%s/%s".formatted(parseId(id), change), Map.of(), null, AgentView.One.class);
    }

    static void describe(Output output, AgentView agent) {
        output.say("agent    " + output.emphasised(agent.id()));
        output.say("region   " + agent.region());
        output.say("state    " + state(agent) + (agent.cordonedAt() == null ? "" : " since " + agent.cordonedAt()));
        if (agent.drain() != null) {
            output.say("drain    " + progress(agent.drain()));
            output.say("deadline " + agent.drain().deadline());
        }
        output.say("heard of " + heardOf(agent));
        output.say("actors   %d running, %d starting, %d stopping"
                .formatted(
                        agent.actors().running(),
                        agent.actors().starting(),
                        agent.actors().stopping()));
        output.say("cpu      %s millicores reserved".formatted(cpu(agent)));
        output.say("memory   %s MiB reserved".formatted(memory(agent)));
        output.say("version  " + agent.version());
        output.say("proxy    " + agent.proxyUrl());
        output.say("joined   " + agent.joinedAt());
    }

    /** How far a drain is, in one line. */
    static String progress(AgentView.Drain drain) {
        return "%s: %d moved, %d ended, %d failed; %d stopping, %d to go%s"
                .formatted(
                        drain.state(),
                        drain.moved(),
                        drain.ended(),
                        drain.failed(),
                        drain.stopping(),
                        drain.remaining(),
                        drain.blocked() == 0 ? "" : ", %d of them without another place".formatted(drain.blocked()));
    }

    static String state(AgentView agent) {
        return agent.cordoned() ? agent.state() + ", cordoned" : agent.state();
    }

    static int held(AgentView agent) {
        var actors = agent.actors();
        return actors.starting() + actors.running() + actors.stopping();
    }

    static String cpu(AgentView agent) {
        return "%d of %d".formatted(agent.reserved().cpu(), agent.capacity().cpu());
    }

    static String memory(AgentView agent) {
        return "%d of %d".formatted(agent.reserved().memory(), agent.capacity().memory());
    }

    static String heardOf(AgentView agent) {
        return Output.seconds(Duration.ofMillis(agent.heartbeatAgeMs())) + " ago";
    }
}
