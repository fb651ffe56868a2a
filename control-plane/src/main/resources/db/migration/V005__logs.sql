create table actor_log (
    id         bigint generated always as identity primary key,
    actor_id   uuid not null references actor on delete cascade,
    generation bigint not null,
    stream     smallint not null check (stream in (0, 1)),
    at         timestamptz not null,
    stored_at  timestamptz not null default clock_timestamp(),
    line       bytea not null
);
create index actor_log_of on actor_log (actor_id, id);
create index actor_log_age on actor_log (stored_at);
comment on table actor_log is 'What actors printed; bounded by lines per actor and by age.';
comment on column actor_log.id is 'Order within an actor: one session writes an actor''s lines one batch after the other.';
comment on column actor_log.actor_id is 'Who printed it.';
comment on column actor_log.generation is 'Which start of it.';
comment on column actor_log.stream is '0 stdout, 1 stderr.';
comment on column actor_log.at is 'The agent''s clock, for people only.';
comment on column actor_log.stored_at is 'The database''s clock, for retention.';
comment on column actor_log.line is 'UTF-8 without the line end; bytes, because text cannot hold a zero byte.';
