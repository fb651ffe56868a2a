create table route (
    environment_id uuid not null references environment,
    name           text not null check (name ~ '^[a-z0-9-]{1,16}$'),
    hostname       text not null check (hostname = lower(hostname) and length(hostname) <= 253),
    path           text not null check (path = '' or path like '/%' and path not like '%/'),
    route_subpaths boolean not null,
    strip_prefix   boolean not null,
    selector_tags  jsonb not null check (jsonb_typeof(selector_tags) = 'object'),
    created_at     timestamptz not null default clock_timestamp(),
    updated_at     timestamptz not null default clock_timestamp(),
    primary key (environment_id, name),
    unique (hostname, path, route_subpaths)
);
comment on table route is 'Host names and paths that lead to actors with some tags. A host name is of one environment.';
comment on column route.environment_id is 'Whose it is; only actors of this environment are reached.';
comment on column route.name is 'What callers name it by.';
comment on column route.hostname is 'In lower case, without a port.';
comment on column route.path is 'Empty, or begins with a slash and does not end with one.';
comment on column route.route_subpaths is 'Whether longer paths that begin with this one are meant too.';
comment on column route.strip_prefix is 'Whether actors see the request without the path.';
comment on column route.selector_tags is 'Text to text; an actor must have them all.';
comment on column route.created_at is 'The first time it was put.';
comment on column route.updated_at is 'The last time it was put and became another.';

create table route_set (
    one      boolean primary key default true check (one),
    revision bigint not null default 0
);
comment on table route_set is 'All routes together; exactly one row, locked by whoever changes a route.';
comment on column route_set.one is 'Always true: keeps the table at one row.';
comment on column route_set.revision is 'Grows with each change of any route, in the transaction of the change.';
insert into route_set default values;

create table route_traffic (
    environment_id uuid not null references environment,
    minute         timestamptz not null,
    route          text not null,
    hostname       text not null,
    method         text not null,
    status         smallint not null check (status between 100 and 999),
    cause          text not null,
    requests       bigint not null check (requests > 0),
    primary key (environment_id, minute, route, hostname, method, status, cause)
);
create index route_traffic_age on route_traffic (minute);
comment on table route_traffic is 'How many requests came for each route in each minute, over all agents. Outlives the route.';
comment on column route_traffic.environment_id is 'Whose route it was.';
comment on column route_traffic.minute is 'The minute in which they came, by the database''s clock.';
comment on column route_traffic.route is 'The route''s name then.';
comment on column route_traffic.hostname is 'The route''s host name then.';
comment on column route_traffic.method is 'Of the requests; OTHER for one that the proxy does not know.';
comment on column route_traffic.status is 'That the client was answered; 499 where it left before.';
comment on column route_traffic.cause is 'Why the proxy answered and not an actor: a stable code; empty where an actor did.';
comment on column route_traffic.requests is 'How many.';

create table route_traffic_run (
    run   uuid primary key,
    batch bigint not null,
    at    timestamptz not null default clock_timestamp()
);
create index route_traffic_run_age on route_traffic_run (at);
comment on table route_traffic_run is 'Which batch of counts each run of an agent told last, so that one told twice counts once.';
comment on column route_traffic_run.run is 'Named by the agent''s process at its start.';
comment on column route_traffic_run.batch is 'The last one stored.';
comment on column route_traffic_run.at is 'When that was, by the database''s clock.';

alter table region
    add column latitude double precision check (latitude between -90 and 90),
    add column longitude double precision check (longitude between -180 and 180),
    add check ((latitude is null) = (longitude is null));
comment on column region.latitude is 'Degrees, as the agent said that joined last and said it; null where none did.';
comment on column region.longitude is 'Likewise.';

comment on column build.compression is 'How the bytes are packed: none or lz4; agents unpack them.';
