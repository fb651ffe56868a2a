create table region (
    id         text primary key check (id ~ '^[a-z0-9][a-z0-9-]{0,31}$'),
    name       text not null,
    created_at timestamptz not null default clock_timestamp()
);
comment on table region is 'Each region an agent ever joined with, and the default one.';
comment on column region.id is 'The label agents and callers write.';
comment on column region.name is 'For people.';
comment on column region.created_at is 'When it was first seen.';

create table agent (
    id              uuid primary key,
    region          text not null references region,
    version         text not null,
    proxy_url       text not null,
    epoch           bigint not null,
    set_revision    bigint not null default 0,
    cpu_millicores  integer not null check (cpu_millicores >= 0),
    memory_mib      integer not null check (memory_mib >= 0),
    reserved_cpu_millicores integer not null default 0 check (reserved_cpu_millicores >= 0),
    reserved_memory_mib     integer not null default 0 check (reserved_memory_mib >= 0),
    lease_seq       bigint not null default 0,
    lease_at        timestamptz not null default clock_timestamp(),
    joined_at       timestamptz not null default clock_timestamp()
);
create index agent_by_region on agent (region);
comment on table agent is 'The worker machines that ever joined.';
comment on column agent.id is 'Kept in the agent''s data folder, so that a restarted agent is the same agent.';
comment on column agent.region is 'Where actors placed here are.';
comment on column agent.version is 'Its software, for people.';
comment on column agent.proxy_url is 'Where its proxy is reached; the base of its actors'' URLs.';
comment on column agent.epoch is 'Counts its registrations; frames and heartbeats of an older one are from the past.';
comment on column agent.set_revision is 'Grows with each change of what the agent is to run.';
comment on column agent.cpu_millicores is 'Capacity, 1000 = one core.';
comment on column agent.memory_mib is 'Capacity.';
comment on column agent.reserved_cpu_millicores is 'Sum over the actors assigned here; changed in the transaction that assigns or releases one.';
comment on column agent.reserved_memory_mib is 'Likewise.';
comment on column agent.lease_seq is 'Counts the leases granted, so that renewals can be told apart without comparing clocks.';
comment on column agent.lease_at is 'When the lease was last granted, by the database''s clock.';
comment on column agent.joined_at is 'The first registration.';
