-- Which Postgres this is: a copy of it that was promoted, or restored elsewhere, has another name. On a standby it is null.
create function database_incarnation() returns text language sql stable as $$
    select case when not pg_is_in_recovery() then
        (select system_identifier from pg_control_system()) || '/' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)
    end
$$;

create table database_lineage (
    one         boolean primary key default true check (one),
    incarnation text not null,
    failovers   bigint not null default 0
);
insert into database_lineage (incarnation) values (database_incarnation());
comment on table database_lineage is 'One row: which Postgres wrote here last.';
comment on column database_lineage.one is 'Keeps it one row.';
comment on column database_lineage.incarnation is 'Its system identifier and timeline. Another one: it was promoted or restored since.';
comment on column database_lineage.failovers is 'How often that happened; generations are given from failovers * 2^20 on.';
