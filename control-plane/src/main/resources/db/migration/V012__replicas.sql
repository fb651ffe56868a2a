create table replica_list (
    one      boolean primary key default true check (one),
    revision bigint not null
);
insert into replica_list (revision) values (0);
comment on table replica_list is 'One row: which state of the list of replicas is the newest.';
comment on column replica_list.one is 'Keeps it one row.';
comment on column replica_list.revision is 'Grows with each replica that comes or goes.';

create table replica (
    id        uuid primary key,
    url       text not null,
    since     bigint not null,
    seen_at   timestamptz not null default clock_timestamp()
);
comment on table replica is 'The control planes that run on this database. Who is not in it replaces no agent.';
comment on column replica.id is 'Of one run of the program: a restarted replica is another.';
comment on column replica.url is 'Where agents reach this one.';
comment on column replica.since is 'The revision of the list with which it came.';
comment on column replica.seen_at is 'When it last said that it runs, by the database''s clock.';

alter table agent add column replica_list bigint not null default 0;
comment on column agent.replica_list is 'The revision of the list of replicas that the agent is known to hold, or an older one; 0: none yet.';

alter table agent add column granted_nonce bigint not null default 0, add column unheard_since timestamptz;
comment on column agent.granted_nonce is 'Of the heartbeat that was granted last, or of a later one.';
comment on column agent.unheard_since is 'Of the grants that the agent is not known to have heard, when the first was given; null before the first of an epoch.';
