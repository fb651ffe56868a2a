alter table build add column start_timeout_ms bigint;
comment on column build.start_timeout_ms is 'What a start of it may take, where neither the actor nor the upgrade says; null: as usual.';
