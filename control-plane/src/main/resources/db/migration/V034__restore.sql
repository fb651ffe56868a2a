alter table checkpoint
    add column dir_of     uuid references checkpoint,
    add column kv_entries bigint check (kv_entries >= 0),
    add column kv_bytes   bigint check (kv_bytes >= 0),
    add column restores   bigint check (restores > 0),
    alter column size_bytes drop not null,
    alter column content_bytes drop not null,
    alter column sha256 drop not null,
    drop constraint checkpoint_cause_check,
    add constraint checkpoint_cause_check check (cause in ('asked', 'stopped', 'operator', 'before_restore', 'restored'));
update checkpoint set dir_of = id;
alter table checkpoint
    add constraint checkpoint_dir_check check (
        (size_bytes is not null) = (dir_of is not distinct from id)
        and (size_bytes is null) = (content_bytes is null)
        and (size_bytes is null) = (sha256 is null)),
    add constraint checkpoint_kv_check check ((kv_entries is null) = (kv_bytes is null));
create index checkpoint_dir_of on checkpoint (dir_of);
comment on table checkpoint is 'What actors had in their directories and stores; the last few of each.';
comment on column checkpoint.dir_of is 'The checkpoint that has the bytes of the directory: itself, where they came with it; null: nothing of a directory is in it.';
comment on column checkpoint.kv_entries is 'Of the store; null: nothing of it is in it.';
comment on column checkpoint.kv_bytes is 'Keys and values together.';
comment on column checkpoint.restores is 'Of what a restore made: the number of the checkpoint that was brought back.';
comment on column checkpoint.generation is 'Which start of the actor it is of. Restores count as starts here, which no process has.';
comment on column checkpoint.cause is 'asked: by the actor, which went on; stopped: its process was gone, and nothing was written after it; operator: by a person; before_restore: what a restore replaced; restored: with what the directory begins after it.';

create table kv_copy (
    copy     uuid not null references checkpoint on delete cascade,
    page     integer not null check (page >= 0),
    entries  bigint not null,
    bytes    bigint not null,
    keys     bytea[] not null,
    contents bytea[] not null,
    primary key (copy, page)
);
comment on table kv_copy is 'Whole stores as they were, in pages, so that one is removed as fast as it is large and not as it has entries.';
comment on column kv_copy.copy is 'Its name, which is that of the checkpoint it belongs to.';
comment on column kv_copy.page is 'Counts its pieces, in the order of the keys; not without gaps.';
comment on column kv_copy.entries is 'In this page.';
comment on column kv_copy.bytes is 'Keys and values together.';
comment on column kv_copy.keys is 'In order.';
comment on column kv_copy.contents is 'The value of each key.';
