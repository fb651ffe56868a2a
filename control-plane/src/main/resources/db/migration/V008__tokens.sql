alter table api_token drop constraint api_token_name_key;
alter table api_token
    add column scopes         text[] not null default '{admin}'
        check (cardinality(scopes) > 0 and scopes <@ array['admin', 'deploy', 'actors', 'read']),
    add column environment_id uuid references environment on delete cascade,
    add column bootstrap      boolean not null default false,
    add column expires_at     timestamptz,
    add column last_used_at   timestamptz,
    add column revoked_at     timestamptz;
alter table api_token alter column scopes drop default;
update api_token set bootstrap = true where name = 'bootstrap';
create unique index api_token_bootstrap on api_token (bootstrap) where bootstrap;
create index api_token_of_environment on api_token (environment_id, created_at desc);
comment on column api_token.id is 'Names the token where the secret must not be.';
comment on column api_token.name is 'For people; need not be unique, so that an old and a new token can be valid together.';
comment on column api_token.prefix is 'The secret''s first characters: public, finds the row.';
comment on column api_token.hash is 'SHA-256 of the whole secret.';
comment on column api_token.scopes is 'What it may do: read, actors, deploy, admin.';
comment on column api_token.environment_id is 'The one environment it is good for; null: the whole installation.';
comment on column api_token.bootstrap is 'The one from the settings, replaced when the setting changes.';
comment on column api_token.expires_at is 'From then on it is refused, by the database''s clock; null: never.';
comment on column api_token.last_used_at is 'To the minute; null: never used.';
comment on column api_token.revoked_at is 'From then on it is refused; the row stays for a while, so that its user is told why.';

create table audit_entry (
    id             bigint generated always as identity primary key,
    at             timestamptz not null default clock_timestamp(),
    token_id       uuid,
    token_name     text not null,
    operation      text not null,
    target         text not null,
    environment_id uuid,
    project        text,
    environment    text,
    address        text not null,
    outcome        text not null,
    ray_id         text not null
);
create index audit_entry_of_environment on audit_entry (environment_id, id desc);
create index audit_entry_age on audit_entry (at);
comment on table audit_entry is 'Every change that was asked for through the API. Refers to nothing, so that it outlives what it tells of.';
comment on column audit_entry.id is 'Order of writing.';
comment on column audit_entry.at is 'By the database''s clock.';
comment on column audit_entry.token_id is 'Who asked; null in development access.';
comment on column audit_entry.token_name is 'The token''s name then.';
comment on column audit_entry.operation is 'What was asked: method and path pattern.';
comment on column audit_entry.target is 'Of what: its path.';
comment on column audit_entry.environment_id is 'In which environment; null where in none.';
comment on column audit_entry.project is 'The project''s slug then.';
comment on column audit_entry.environment is 'The environment''s slug then.';
comment on column audit_entry.address is 'Where the request came from.';
comment on column audit_entry.outcome is '''ok'', or the code of the error that was answered.';
comment on column audit_entry.ray_id is 'Finds the answer and our log line.';
