package rivet.controlplane.alarm;

import java.time.Instant;
import java.util.UUID;
import rivet.protocol.kv.AlarmSchedule;
import rivet.protocol.kv.Bytes;

/**
 * One that is set.
 *
 * @param firing the id of the next one
 * @param scheduledAt for when that is
 * @param deliverAt from when on the actor is told of it
 * @param failures how often it could not handle it
 */
record Alarm(
        String name,
        UUID firing,
        AlarmSchedule schedule,
        Bytes payload,
        Instant scheduledAt,
        Instant deliverAt,
        int failures) {}
