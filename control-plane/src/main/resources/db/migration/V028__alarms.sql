create table actor_alarm (
    actor_id     uuid not null references actor_fence on delete cascade,
    name         text not null,
    firing       uuid not null default gen_random_uuid(),
    period_ms    bigint,
    cron         text,
    time_zone    text,
    payload      bytea not null,
    scheduled_at timestamptz not null,
    deliver_at   timestamptz not null,
    look_at      timestamptz not null,
    failures     int not null default 0,
    wakes        int not null default 0,
    primary key (actor_id, name),
    check (period_ms is null or cron is null),
    check ((cron is null) = (time_zone is null))
);
create index actor_alarm_look on actor_alarm (look_at);
comment on table actor_alarm is 'Alarms that actors have set and that will fire, or have fired and are not handled.';
comment on column actor_alarm.actor_id is 'Whose it is; it goes with the fence, in the transaction that destroys the actor.';
comment on column actor_alarm.name is 'The actor''s name for it.';
comment on column actor_alarm.firing is 'The id of its next firing: the same until that is handled.';
comment on column actor_alarm.period_ms is 'Of one that fires again and again; null: of no such one.';
comment on column actor_alarm.cron is 'The expression of one that goes by the calendar; null: of no such one. Neither this nor a period: it fires once.';
comment on column actor_alarm.time_zone is 'Of the calendar.';
comment on column actor_alarm.payload is 'As the actor sent it.';
comment on column actor_alarm.scheduled_at is 'For when the firing is, by the database''s clock.';
comment on column actor_alarm.deliver_at is 'From when on the actor is told: when it is scheduled, and later after each failure.';
comment on column actor_alarm.look_at is 'When it is looked at next whether the actor sleeps and has to be woken.';
comment on column actor_alarm.failures is 'How often the actor said of this firing that it could not handle it.';
comment on column actor_alarm.wakes is 'How often the actor was woken for this firing.';
