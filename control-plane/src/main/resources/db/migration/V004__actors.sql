create table actor (
    id             uuid primary key,
    environment_id uuid not null references environment,
    region         text not null references region,
    build_id       uuid not null references build,
    tags           jsonb not null check (jsonb_typeof(tags) = 'object'),
    setup          jsonb not null,
    cpu_millicores integer not null check (cpu_millicores > 0),
    memory_mib     integer not null check (memory_mib > 0),
    state          jsonb not null,
    status         text generated always as (state ->> 'status') stored not null
                   check (status in ('pending', 'starting', 'running', 'crash_backoff', 'stopping', 'destroyed')),
    agent_id       uuid generated always as ((state ->> 'agent')::uuid) stored references agent,
    due_ms         bigint generated always as ((state ->> 'due_ms')::bigint) stored,
    generation     bigint not null default 0,
    version        bigint not null default 1,
    created_at     timestamptz not null default clock_timestamp(),
    started_at     timestamptz,
    destroyed_at   timestamptz
);
create index actor_newest on actor (environment_id, created_at desc, id desc);
create index actor_by_tags on actor using gin (tags jsonb_path_ops);
create index actor_by_agent on actor (agent_id) where agent_id is not null;
create index actor_pending on actor (region, created_at) where status = 'pending';
create index actor_due on actor (due_ms) where due_ms is not null;
comment on table actor is 'What shall run, and what is known of it.';
comment on column actor.id is 'Public name, for the actor''s whole life.';
comment on column actor.environment_id is 'Whose it is.';
comment on column actor.region is 'Where it runs.';
comment on column actor.build_id is 'What it runs; an upgrade changes it.';
comment on column actor.tags is 'Text to text, for finding it again.';
comment on column actor.setup is 'What its creator asked for: ports, environment, lifecycle.';
comment on column actor.cpu_millicores is 'Reserved on its agent while it is assigned to one.';
comment on column actor.memory_mib is 'Likewise.';
comment on column actor.state is 'Where it is in its life; the one truth, see docs/actor-lifecycle.md.';
comment on column actor.status is 'The name of the state.';
comment on column actor.agent_id is 'The agent it is assigned to; null while no agent holds it.';
comment on column actor.due_ms is 'When a loop has to look again, in ms since 1970 by the database''s clock; null while none has to.';
comment on column actor.generation is 'Counts its starts, from 1; fences out reports of an older one.';
comment on column actor.version is 'Counts its changes; a writer that saw an older one changes nothing.';
comment on column actor.created_at is 'When it was created, by the database''s clock.';
comment on column actor.started_at is 'When it last became running.';
comment on column actor.destroyed_at is 'When its destruction began; lists leave it out from then on.';

create table actor_event (
    id         bigint generated always as identity primary key,
    actor_id   uuid not null references actor on delete cascade,
    at         timestamptz not null default clock_timestamp(),
    status     text not null,
    reason     text,
    generation bigint not null,
    agent_id   uuid,
    exit_code  integer,
    message    text
);
create index actor_event_of on actor_event (actor_id, id);
create index actor_event_age on actor_event (at);
comment on table actor_event is 'One row for each change of an actor''s state: what happened to it, and why.';
comment on column actor_event.id is 'Order within an actor.';
comment on column actor_event.actor_id is 'The actor.';
comment on column actor_event.at is 'By the database''s clock.';
comment on column actor_event.status is 'The state it went to.';
comment on column actor_event.reason is 'Why: a stable code.';
comment on column actor_event.generation is 'Its generation then.';
comment on column actor_event.agent_id is 'The agent that held it then.';
comment on column actor_event.exit_code is 'Where its process left with one.';
comment on column actor_event.message is 'For people.';
