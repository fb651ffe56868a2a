package rivet.controlplane.alarm;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.mapping;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import rivet.controlplane.actor.Actors;
import rivet.controlplane.alarm.AlarmRepository.Looked;
import rivet.protocol.ActorId;
import rivet.protocol.kv.AlarmSchedule;
import rivet.protocol.kv.KvAnswer;
import rivet.protocol.kv.KvAnswer.Code;
import rivet.protocol.kv.KvAnswer.Refused;
import rivet.protocol.kv.KvRequest.AlarmWrite;

/**
 * The door. Who calls for an actor does so in the transaction that holds its store, for its newest generation: an actor's
 * alarms are changed by one at a time.
 */
@Component
public final class Alarms {

    private static final Logger log = LoggerFactory.getLogger(Alarms.class);

    static final int MOST = 100;
    private static final int NAME_BYTES = 128;

    /** 8 KiB, and the byte that says what follows. */
    private static final int PAYLOAD_BYTES = (8 << 10) + 1;

    private static final int CRON_LENGTH = 200;
    private static final int ZONE_LENGTH = 60;
    private static final long SHORTEST_PERIOD_MS = 1_000;
    private static final long LONGEST_PERIOD_MS = Duration.ofDays(366).toMillis();
    private static final long LATEST_MS =
            Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();

    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LONGEST_RETRY = Duration.ofMinutes(5);
    private static final int MOST_DOUBLINGS = 20;

    private static final int AT_ONCE = 200;

    private final AlarmRepository repository;
    private final Actors actors;
    private final AlarmMeters meters;

    Alarms(AlarmRepository repository, Actors actors, AlarmMeters meters) {
        this.repository = repository;
        this.actors = actors;
        this.meters = meters;
    }

    /**
     * Within the caller's transaction.
     *
     * @param version of the actor's store, which this does not change
     */
    public KvAnswer write(UUID actor, long version, AlarmWrite write) {
        var refused = refusal(write);
        if (refused.isPresent()) {
            return refused.get();
        }
        return switch (write) {
            case AlarmWrite.Set set -> set(actor, version, set);
            case AlarmWrite.Delete(var name) -> written(version, repository.delete(actor, name) ? 1 : 0);
            case AlarmWrite.Done(var name, var id) -> {
                var pending = pending(actor, name, id);
                pending.ifPresent(alarm -> done(actor, alarm));
                yield written(version, pending.isPresent() ? 1 : 0);
            }
            case AlarmWrite.Failed(var name, var id) -> {
                var pending = pending(actor, name, id);
                pending.ifPresent(alarm -> {
                    meters.failed();
                    repository.tellAgain(actor, name, repository.now().plus(retry(alarm.failures())));
                });
                yield written(version, pending.isPresent() ? 1 : 0);
            }
        };
    }

    public KvAnswer.Alarms list(UUID actor) {
        return new KvAnswer.Alarms(repository.all(actor).stream()
                .map(alarm -> new KvAnswer.Alarm(
                        alarm.name(), alarm.schedule(), alarm.scheduledAt().toEpochMilli(), alarm.payload()))
                .toList());
    }

    /** The clock is read last, so that what is told to be due is. */
    public KvAnswer next(UUID actor) {
        var first = repository.first(actor);
        if (first.isEmpty()) {
            return new KvAnswer.NotDue(-1);
        }
        var alarm = first.get();
        var now = repository.now();
        if (alarm.deliverAt().isAfter(now)) {
            return new KvAnswer.NotDue(Duration.between(now, alarm.deliverAt()).toMillis() + 1);
        }
        long lateMs = Math.max(
                0, Duration.between(alarm.scheduledAt(), now).toMillis()); // the clock may have gone back since
        if (alarm.failures() == 0) { // how late one is that is told again, its actor has decided
            meters.told(Duration.ofMillis(lateMs));
        }
        return new KvAnswer.Fired(
                alarm.name(),
                alarm.firing(),
                alarm.scheduledAt().toEpochMilli(),
                lateMs,
                Calendar.missed(alarm.schedule(), alarm.scheduledAt(), now),
                alarm.failures(),
                alarm.payload());
    }

    /** One pass over the alarms that are due: whose actor sleeps, it is woken. @return whether more can be done at once */
    public boolean wake() {
        var looked = repository.takeDue(AT_ONCE);
        looked.stream()
                .filter(Looked::rests)
                .collect(groupingBy(Looked::actor, mapping(alarm -> "'" + alarm.name() + "'", joining(", "))))
                .forEach((actor, names) -> wake(actor, "due: alarm " + names));
        return looked.size() >= AT_ONCE;
    }

    /** One that cannot be woken has its next look later, and keeps nobody else waiting. */
    private void wake(ActorId actor, String why) {
        try {
            if (!actors.wakeForAlarm(actor, why)) {
                repository.lookSoon(actor);
            }
        } catch (RuntimeException e) {
            log.atWarn().addKeyValue("actor", actor).setCause(e).log("an actor could not be woken for its alarm");
        }
    }

    /** Actors set their alarms at each start: that does not begin a course anew that goes on, or lose a firing. */
    private KvAnswer set(UUID actor, long version, AlarmWrite.Set set) {
        var before = repository.find(actor, set.name());
        if (before.isPresent() && before.get().schedule().equals(set.schedule())) {
            repository.replacePayload(actor, set.name(), set.payload());
            return written(version, before.get().scheduledAt().toEpochMilli());
        }
        if (before.isEmpty() && repository.count(actor) >= MOST) {
            return new Refused(Code.TOO_LARGE, "alarms: %d are set (expected: at most that)".formatted(MOST));
        }
        Optional<Instant> first;
        try {
            first = Calendar.first(set.schedule(), repository.now());
        } catch (IllegalArgumentException e) {
            return invalid(String.valueOf(e.getMessage()));
        }
        if (first.isEmpty()) {
            return invalid("cron: it names no time that will come (expected: one that does)");
        }
        var at = Instant.ofEpochMilli(first.get().toEpochMilli());
        repository.set(actor, set.name(), set.schedule(), set.payload(), at);
        return written(version, at.toEpochMilli());
    }

    private Optional<Alarm> pending(UUID actor, String name, UUID firing) {
        return repository.find(actor, name).filter(alarm -> alarm.firing().equals(firing));
    }

    private void done(UUID actor, Alarm alarm) {
        meters.done();
        Calendar.next(alarm.schedule(), alarm.scheduledAt(), repository.now())
                .ifPresentOrElse(
                        at -> repository.reschedule(actor, alarm.name(), at),
                        () -> repository.delete(actor, alarm.name()));
    }

    private static Duration retry(int failures) {
        var doubled = FIRST_RETRY.multipliedBy(1L << Math.min(failures, MOST_DOUBLINGS));
        return doubled.compareTo(LONGEST_RETRY) < 0 ? doubled : LONGEST_RETRY;
    }

    private static KvAnswer written(long version, long sum) {
        return new KvAnswer.Written(version, List.of(sum));
    }

    private static Optional<KvAnswer> refusal(AlarmWrite write) {
        int name = write.name().getBytes(StandardCharsets.UTF_8).length;
        if (name < 1 || name > NAME_BYTES || write.name().indexOf('\0') >= 0) {
            return Optional.of(invalid("name: %d bytes (expected: 1 to %d, and no NUL)".formatted(name, NAME_BYTES)));
        }
        return write instanceof AlarmWrite.Set set ? refusal(set) : Optional.empty();
    }

    private static Optional<KvAnswer> refusal(AlarmWrite.Set set) {
        if (set.payload().length() > PAYLOAD_BYTES) {
            return Optional.of(new Refused(
                    Code.TOO_LARGE,
                    "payload: %d bytes (expected: at most %d)"
                            .formatted(set.payload().length(), PAYLOAD_BYTES)));
        }
        return switch (set.schedule()) {
            case AlarmSchedule.Once(var atMs) -> outside("at", atMs, 0, LATEST_MS);
            case AlarmSchedule.Every(var periodMs) -> outside("every", periodMs, SHORTEST_PERIOD_MS, LONGEST_PERIOD_MS);
            case AlarmSchedule.Cron(var expression, var zone) ->
                outside("cron", expression.length(), 1, CRON_LENGTH)
                        .or(() -> outside("time zone", zone.length(), 1, ZONE_LENGTH));
        };
    }

    private static Optional<KvAnswer> outside(String what, long is, long least, long most) {
        return is < least || is > most
                ? Optional.of(invalid("%s: %d (expected: %d to %d)".formatted(what, is, least, most)))
                : Optional.empty();
    }

    private static KvAnswer invalid(String message) {
        return new Refused(Code.INVALID, message);
    }
}
