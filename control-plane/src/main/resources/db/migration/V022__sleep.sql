alter table actor drop constraint actor_status_check;
alter table actor add constraint actor_status_check check (status in
    ('pending', 'starting', 'running', 'crash_backoff', 'stopping', 'sleeping', 'destroyed'));
create index actor_sleeping on actor (region) where status = 'sleeping';
