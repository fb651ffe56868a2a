alter table agent add column lost_at timestamptz;
create index agent_lost on agent (lost_at) where lost_at is not null;
comment on column agent.lost_at is 'When it was given up for lost, by the database''s clock; null while it is not. Its actors are replaced then.';
