package rivet.cli.actor;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.api.AlarmView;

@Command(
        name = "alarms",
        description = "Show what an actor has set to be woken for.",
        footerHeading = "%nExamples:%n",
        footer = {"  rivet actor alarms ID", "  rivet actor alarms ID --json | jq -r '.alarms[].next_at'"})
final class ActorAlarmsCommand extends OneActorCommand {

    ActorAlarmsCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    protected void run(ControlPlaneClient server) {
        var all = server.get("/actors/" + actorId() + "/alarms", Map.of(), AlarmView.Many.class);
        output.result(all, () -> print(all.alarms()));
    }

    private void print(List<AlarmView> alarms) {
        if (alarms.isEmpty()) {
            output.say("no alarms");
            return;
        }
        output.table(
                List.of("ALARM", "NEXT", "REPEATS", "FAILURES", "PAYLOAD"),
                alarms.stream().map(ActorAlarmsCommand::row).toList());
    }

    private static List<String> row(AlarmView alarm) {
        return List.of(
                alarm.name(),
                alarm.nextAt().toString(),
                repeats(alarm),
                Integer.toString(alarm.failures()),
                alarm.payloadBytes() + " B");
    }

    private static String repeats(AlarmView alarm) {
        if (alarm.cron() != null) {
            return "%s (%s)".formatted(alarm.cron(), alarm.timeZone());
        }
        return alarm.everyMs() == null ? "once" : "every " + Duration.ofMillis(alarm.everyMs());
    }
}
