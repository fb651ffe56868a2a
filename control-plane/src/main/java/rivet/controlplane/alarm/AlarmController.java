package rivet.controlplane.alarm;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import rivet.controlplane.actor.Explanations;
import rivet.controlplane.auth.Caller;
import rivet.controlplane.auth.Needs;
import rivet.controlplane.auth.Scope;
import rivet.protocol.api.AlarmView;
import rivet.protocol.kv.AlarmSchedule;

/** Actors' alarms, over REST. */
@RestController
class AlarmController {

    private final AlarmRepository repository;
    private final Explanations explanations;

    AlarmController(AlarmRepository repository, Explanations explanations) {
        this.repository = repository;
        this.explanations = explanations;
    }

    /** What an actor has set to be woken for. */
    @Needs(Scope.READ)
    @GetMapping("/actors/{id}/alarms")
    AlarmView.Many listAlarms(Caller caller, @PathVariable("id") String id) {
        var actor = explanations.status(caller.environment(), id).actor().value();
        return new AlarmView.Many(
                repository.all(actor).stream().map(AlarmController::view).toList());
    }

    private static AlarmView view(Alarm alarm) {
        var every = alarm.schedule() instanceof AlarmSchedule.Every(var periodMs) ? periodMs : null;
        var cron = alarm.schedule() instanceof AlarmSchedule.Cron calendar ? calendar : null;
        return new AlarmView(
                alarm.name(),
                alarm.scheduledAt(),
                every,
                cron == null ? null : cron.expression(),
                cron == null ? null : cron.zone(),
                alarm.failures(),
                Math.max(0, alarm.payload().length() - 1)); // without the byte that says what it is
    }
}
