create table ingress_port (
    region      text not null references region,
    transport   text not null check (transport in ('tcp', 'udp')),
    number      integer not null check (number between 1 and 65535),
    actor_id    uuid references actor on delete set null deferrable initially deferred,
    port        text,
    protocol    text,
    released_at timestamptz,
    version     bigint not null default 0,
    primary key (region, transport, number),
    check (actor_id is null or port is not null and protocol is not null)
);
create index ingress_port_free on ingress_port (region, transport, released_at nulls first, number) where actor_id is null;
create index ingress_port_of_actor on ingress_port (actor_id) where actor_id is not null;
comment on table ingress_port is 'The numbers at which a region''s proxies lead to actors'' TCP and UDP ports. A row is written when its number is first needed, and stays.';
comment on column ingress_port.region is 'All its proxies listen at the number.';
comment on column ingress_port.transport is 'The same number of the other one is another''s.';
comment on column ingress_port.number is 'Within the range that was set when the row was written.';
comment on column ingress_port.actor_id is 'Whose it is, from the actor''s creation until it is destroyed; null while it is nobody''s.';
comment on column ingress_port.port is 'The port of the actor, as its creator named it.';
comment on column ingress_port.protocol is 'What is spoken there: tcp, tcp_tls or udp.';
comment on column ingress_port.released_at is 'When it was last given back: the one that rested longest is taken next. Null while it was never anybody''s, and while it is somebody''s.';
comment on column ingress_port.version is 'Counts its changes; the sum over a region is the revision that agents are told.';
