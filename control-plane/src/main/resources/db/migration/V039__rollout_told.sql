create table rollout_told (
    rollout_id uuid not null references rollout on delete cascade,
    actor_id   uuid not null,
    primary key (rollout_id, actor_id)
);
comment on table rollout_told is 'Whom a rollout says nothing more to.';
comment on column rollout_told.rollout_id is 'The rollout.';
comment on column rollout_told.actor_id is 'An actor that it has told to take its build, or that another upgrade has told something since.';

-- Of those that run, the present batch may not have been told whole.
insert into rollout_told (rollout_id, actor_id)
select r.id, w.id
from rollout r
cross join lateral unnest(r.actors[1 : r.begun]) with ordinality as w (id, number)
left join actor a on a.id = w.id
where r.state <> 'running' or w.number <= r.batch_from or a.build_id = r.build_id or a.upgrade ->> 'to' = r.build_id::text
on conflict do nothing;

alter table rollout drop constraint rollout_state_check;
alter table rollout
    add constraint rollout_state_check check (state in ('running', 'done', 'stopped', 'superseded', 'cancelled'));
comment on column rollout.state is
    'running, done, stopped (one was rolled back), superseded (by a later one of the same actors) or cancelled (by a caller).';
comment on column rollout.reason is 'Why it was stopped or what superseded it, for people.';

create index actor_rolled_back on actor ((upgrade ->> 'to')) where upgrade ->> 'failure' is not null;
