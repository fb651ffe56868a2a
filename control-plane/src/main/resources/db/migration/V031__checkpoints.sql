create table actor_dir (
    actor_id   uuid primary key,
    generation bigint not null check (generation > 0),
    previous   bigint not null default 0
);
comment on table actor_dir is 'One row for each actor whose directory was ever opened; says whose copy of it is the newest, and is locked by each checkpoint that completes.';
comment on column actor_dir.actor_id is 'The actor; without a reference, as kv_head is.';
comment on column actor_dir.generation is 'The newest start that opened it.';
comment on column actor_dir.previous is 'Which did before; 0: none. An agent that has what this one left has the newest.';

create table checkpoint (
    id            uuid primary key,
    actor_id      uuid not null,
    number        bigint check (number > 0),
    generation    bigint not null,
    cause         text not null check (cause in ('asked', 'stopped')),
    size_bytes    bigint not null check (size_bytes > 0),
    content_bytes bigint not null check (content_bytes >= 0),
    sha256        text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    taken_at      timestamptz not null default clock_timestamp(),
    unique (actor_id, number)
);
create index checkpoint_unfinished on checkpoint (taken_at) where number is null;
comment on table checkpoint is 'What actors had in their directories; the last few of each.';
comment on column checkpoint.id is 'Given by the agent, so that a retry is known.';
comment on column checkpoint.actor_id is 'The actor; without a reference, because its bytes are removed in small steps.';
comment on column checkpoint.number is 'Counts those of the actor, from 1; null while not all bytes have come, and then it counts for nothing.';
comment on column checkpoint.generation is 'Which start of the actor it is of: the newest that had the directory when it was completed.';
comment on column checkpoint.cause is 'asked: by the actor, which went on; stopped: its process was gone, and nothing was written after it.';
comment on column checkpoint.size_bytes is 'As stored.';
comment on column checkpoint.content_bytes is 'Of the files in it.';
comment on column checkpoint.sha256 is 'Of the bytes as stored, lower-case hex.';
comment on column checkpoint.taken_at is 'When it was completed, or begun if it was not; the database''s clock.';

create table checkpoint_chunk (
    checkpoint_id uuid not null references checkpoint on delete cascade,
    chunk         integer not null check (chunk >= 0),
    bytes         bytea not null check (length(bytes) between 1 and 1048576),
    primary key (checkpoint_id, chunk)
);
alter table checkpoint_chunk alter column bytes set storage external; -- packed already
comment on table checkpoint_chunk is 'The bytes, in pieces as those of builds.';
comment on column checkpoint_chunk.checkpoint_id is 'The checkpoint.';
comment on column checkpoint_chunk.chunk is 'Counts its pieces from 0.';
comment on column checkpoint_chunk.bytes is 'At most 1 MiB.';
