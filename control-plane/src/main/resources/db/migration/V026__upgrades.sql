alter table actor add column upgrade jsonb;
comment on column actor.upgrade is
    'the newest upgrade, until its build has been ready once; kept where it was rolled back; null: there is nothing to tell';
