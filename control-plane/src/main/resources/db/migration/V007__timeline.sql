alter table actor_event add column asked_by text;
comment on column actor_event.at is 'When it happened, by the database''s clock; the same instant as in the actor''s state.';
comment on column actor_event.reason is 'Why: a stable code, listed in docs/reference/http-api.md.';
comment on column actor_event.message is 'For people; set where a copy ended, empty if the agent said nothing.';
comment on column actor_event.asked_by is 'Who caused it: caller:NAME, loop:NAME or agent; null in rows older than this column.';

create table actor_run (
    actor_id   uuid not null references actor on delete cascade,
    generation bigint not null,
    began_at   timestamptz not null,
    ended_at   timestamptz check (ended_at >= began_at),
    primary key (actor_id, generation)
);
create index actor_run_ended on actor_run (ended_at) where ended_at is not null;
create index actor_run_open on actor_run (began_at) where ended_at is null;
comment on table actor_run is 'When actors were running: what usage is computed from. Kept longer than the timeline, which says why.';
comment on column actor_run.actor_id is 'The actor.';
comment on column actor_run.generation is 'Which start of it; one that never became running has no row.';
comment on column actor_run.began_at is 'When it became running, by the database''s clock.';
comment on column actor_run.ended_at is 'When it stopped being running: its end, or the beginning of its stop. Null while it runs.';

insert into actor_run (actor_id, generation, began_at, ended_at)
select actor_id, generation, at, greatest(at, until)
from (select actor_id, generation, status, at, lead(at) over (partition by actor_id order by id) as until
      from actor_event) as told
where status = 'running'
on conflict do nothing;

-- Tags in the order of lists. An index over the tags of the actors themselves finds all that have a tag, but in no order: a
-- page of 32 out of 100,000 would sort all of them. Here a page is the next few entries of one index.
create table actor_tag (
    tag        bigint not null,
    live       boolean not null,
    created_at timestamptz not null,
    actor_id   uuid not null,
    primary key (tag, live, created_at, actor_id)
);
comment on table actor_tag is 'One row for each tag of each actor, to walk those with a tag in order of creation; kept by a trigger.';
comment on column actor_tag.tag is 'actor_tag_number of environment, key and value. Two tags may share one: who reads compares the tags themselves.';
comment on column actor_tag.live is 'Whether destroyed_at of the actor is null.';
comment on column actor_tag.created_at is 'Of the actor.';
comment on column actor_tag.actor_id is 'The actor.';

create function actor_tag_number(environment uuid, key text, value text) returns bigint
    language sql immutable strict parallel safe
    return hashtextextended(environment::text || length(key)::text || ':' || key || value, 0);

create function keep_actor_tags() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' then
        delete from actor_tag t using jsonb_each_text(old.tags) as o
        where t.tag = actor_tag_number(old.environment_id, o.key, o.value) and t.live = (old.destroyed_at is null)
          and t.created_at = old.created_at and t.actor_id = old.id;
    end if;
    if tg_op <> 'DELETE' then
        insert into actor_tag (tag, live, created_at, actor_id)
        select actor_tag_number(new.environment_id, n.key, n.value), new.destroyed_at is null, new.created_at, new.id
        from jsonb_each_text(new.tags) as n
        on conflict do nothing;
    end if;
    return null;
end $$;

create trigger actor_tags_kept after insert or delete on actor
    for each row execute function keep_actor_tags();
create trigger actor_tags_moved after update on actor
    for each row when ((old.destroyed_at is null) <> (new.destroyed_at is null) or old.tags <> new.tags
        or old.created_at <> new.created_at)
    execute function keep_actor_tags();

insert into actor_tag (tag, live, created_at, actor_id)
select actor_tag_number(a.environment_id, t.key, t.value), a.destroyed_at is null, a.created_at, a.id
from actor a cross join lateral jsonb_each_text(a.tags) as t
on conflict do nothing;

-- Most rows are of actors that ended long ago; lists and upgrades by tags pass over them.
create index actor_live on actor (environment_id, created_at desc, id desc) where destroyed_at is null;
drop index actor_by_tags;
create index actor_live_by_tags on actor using gin (tags jsonb_path_ops) where destroyed_at is null;
