alter table checkpoint add column attempt uuid not null default gen_random_uuid();
comment on column checkpoint.attempt is 'Which try to bring it is under way, or was the last: only that one brings bytes, completes it or gives it up.';
