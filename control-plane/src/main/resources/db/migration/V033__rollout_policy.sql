alter table rollout add column policy jsonb;
comment on column rollout.policy is 'When each actor gets the build; null: as its own lifecycle says.';
