alter table actor add column key text generated always as (setup ->> 'key') stored
    check (octet_length(key) between 1 and 256);
-- Only wholly destroyed is out of the way: a successor never meets its predecessor.
create unique index actor_live_key on actor (environment_id, key) where key is not null and status <> 'destroyed';
create index actor_by_key on actor (environment_id, key, created_at desc, id desc) where key is not null;
comment on column actor.key is 'The name its creator gave it, unique among the environment''s actors that are not destroyed; null: none.';

create table idempotency_key (
    environment_id uuid not null references environment,
    key            text not null check (length(key) between 1 and 255),
    fingerprint    text not null check (length(fingerprint) = 64),
    outcome        text,
    created_at     timestamptz not null default clock_timestamp(),
    primary key (environment_id, key)
);
create index idempotency_key_age on idempotency_key (created_at);
comment on table idempotency_key is 'Requests that were done under a key of the caller''s, so that a repetition does nothing again.';
comment on column idempotency_key.environment_id is 'Keys of different environments have nothing to do with each other.';
comment on column idempotency_key.key is 'The header Idempotency-Key.';
comment on column idempotency_key.fingerprint is 'SHA-256 of operation and request, lower-case hex: the same key with another request is a mistake.';
comment on column idempotency_key.outcome is 'What came of it, written by whoever did it; never null once committed.';
comment on column idempotency_key.created_at is 'For retention, by the database''s clock.';
