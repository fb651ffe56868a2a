create table rollout (
    id               uuid primary key,
    environment_id   uuid not null references environment on delete cascade,
    build_id         uuid not null references build on delete cascade,
    tags             jsonb not null,
    start_timeout_ms bigint,
    batch_size       integer not null check (batch_size > 0),
    pause_ms         bigint not null check (pause_ms >= 0),
    actors           uuid[] not null,
    batch_from       integer not null default 0,
    begun            integer not null,
    settled_at       timestamptz,
    state            text not null check (state in ('running', 'done', 'stopped', 'cancelled')),
    reason           text,
    asked_by         text not null,
    created_at       timestamptz not null default clock_timestamp(),
    ended_at         timestamptz
);
create index rollout_of_environment on rollout (environment_id, created_at desc);
create index rollout_of_build on rollout (build_id);
create index rollout_running on rollout (created_at) where state = 'running';
create index rollout_ended on rollout (ended_at) where state <> 'running';
comment on table rollout is 'Upgrades of many actors, some at a time; ended ones are kept for as long as logs.';
comment on column rollout.id is 'A random UUID.';
comment on column rollout.environment_id is 'Whose actors.';
comment on column rollout.build_id is 'What they are upgraded to.';
comment on column rollout.tags is 'That the actors had when it was asked for.';
comment on column rollout.start_timeout_ms is 'What the first start of each may take; null: as usual.';
comment on column rollout.batch_size is 'How many are upgraded at a time.';
comment on column rollout.pause_ms is 'From the time when all of a batch are ready to the next.';
comment on column rollout.actors is 'All that are to be upgraded, in order; chosen when it was asked for.';
comment on column rollout.batch_from is 'How many were in the batches before the present one.';
comment on column rollout.begun is 'How many are in them and the present one.';
comment on column rollout.settled_at is 'When all of the present batch were ready; null: not yet.';
comment on column rollout.state is 'running, done, stopped (one was rolled back) or cancelled (by a caller).';
comment on column rollout.reason is 'Why it was stopped, for people.';
comment on column rollout.asked_by is 'As in timelines.';
comment on column rollout.created_at is 'When it was asked for.';
comment on column rollout.ended_at is 'When it was no longer running.';
