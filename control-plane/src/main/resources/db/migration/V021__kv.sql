-- The fence: a write of an actor's store locks this row FOR SHARE, a new generation changes it, so that one of the two waits
-- for the other. Narrow and apart from actor, whose state changes shall not wait for writes.
create table actor_fence (
    actor_id   uuid primary key references actor on delete cascade,
    generation bigint not null
);
comment on table actor_fence is 'Which generation of an actor may use its store; kept by a trigger. No row: none may, it is destroyed.';
comment on column actor_fence.actor_id is 'The actor.';
comment on column actor_fence.generation is 'The newest one; always actor.generation.';

create function keep_actor_fence() returns trigger language plpgsql as $$
begin
    if new.status = 'destroyed' then
        delete from actor_fence where actor_id = new.id;
    else
        insert into actor_fence (actor_id, generation) values (new.id, new.generation)
        on conflict (actor_id) do update set generation = excluded.generation;
    end if;
    return null;
end $$;

create trigger actor_fence_made after insert on actor
    for each row when (new.generation > 0) execute function keep_actor_fence();
create trigger actor_fence_moved after update on actor
    for each row when (old.generation <> new.generation or (old.status <> 'destroyed' and new.status = 'destroyed'))
    execute function keep_actor_fence();

insert into actor_fence (actor_id, generation)
select id, generation from actor where generation > 0 and status <> 'destroyed';

create table kv_head (
    actor_id   uuid primary key,
    generation bigint not null default 0,
    number     bigint not null default 0,
    answers    bytea not null default '',
    version    bigint not null default 0,
    bytes      bigint not null default 0
);
comment on table kv_head is 'One row for each actor that ever wrote to its store; locked by each write.';
comment on column kv_head.actor_id is 'The actor; without a reference, because the row outlives it until its entries are removed.';
comment on column kv_head.generation is 'Who wrote last.';
comment on column kv_head.number is 'The last batch of that generation: the same one again is a retry and changes nothing.';
comment on column kv_head.answers is 'What was answered to it, for that retry.';
comment on column kv_head.version is 'Counts writes; the version of an entry is the count when it was written, so none is used twice.';
comment on column kv_head.bytes is 'Keys and values together.';

create table kv_entry (
    actor_id uuid not null,
    key      bytea not null,
    version  bigint not null,
    value    bytea not null,
    primary key (actor_id, key)
);
comment on table kv_entry is 'What actors remember.';
comment on column kv_entry.actor_id is 'Whose it is.';
comment on column kv_entry.key is 'A tuple, encoded so that bytes sort as tuples do; see docs/reference/kv-wire.md.';
comment on column kv_entry.version is 'Greater than that of any earlier write of the actor.';
comment on column kv_entry.value is 'As the actor sent it; the first byte says what follows.';
