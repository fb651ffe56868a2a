alter table agent
    add column cordoned_at    timestamptz,
    add column drain_began_at timestamptz,
    add column drain_until    timestamptz,
    add column drain_moved    integer not null default 0 check (drain_moved >= 0),
    add column drain_ended    integer not null default 0 check (drain_ended >= 0),
    add column drain_failed   integer not null default 0 check (drain_failed >= 0),
    add constraint agent_drain_is_whole check ((drain_began_at is null) = (drain_until is null)),
    add constraint agent_drain_is_cordoned check (drain_began_at is null or cordoned_at is not null);
create index agent_draining on agent (id) where drain_began_at is not null;
comment on column agent.cordoned_at is 'Since when it is given no new actors because an operator said so; null: it is given some.';
comment on column agent.drain_began_at is 'Since when its actors are being moved away; null: they are not.';
comment on column agent.drain_until is 'Until when an actor without another place is left where it is, by the database''s clock.';
comment on column agent.drain_moved is 'Durable actors that this drain stopped here and that had another agent at once.';
comment on column agent.drain_ended is 'Actors that this drain stopped here for good, because they are not durable.';
comment on column agent.drain_failed is 'Durable actors that this drain stopped here and that found no other agent at once: they wait for one.';

-- The queue of a region is in order of creation; the second index answers whether anybody in it would be content with less room.
drop index actor_pending;
create index actor_queue on actor (region, created_at, id) where status = 'pending';
create index actor_queue_needs on actor (region, cpu_millicores, memory_mib) where status = 'pending';

create index actor_drain_blocked on actor (agent_id) where status = 'running' and state ->> 'reason' = 'drain_blocked';
