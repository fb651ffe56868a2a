create table installation (
    one         boolean primary key default true check (one),
    cluster_id  uuid not null default gen_random_uuid(),
    signing_key bytea not null default sha256(convert_to(
                    gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')),
    created_at  timestamptz not null default clock_timestamp()
);
comment on table installation is 'What is true of the whole installation; exactly one row.';
comment on column installation.one is 'Always true: keeps the table at one row.';
comment on column installation.cluster_id is 'Names this installation in every actor''s metadata.';
comment on column installation.signing_key is 'Signs upload URLs. Secret; the same for all replicas.';
comment on column installation.created_at is 'When this database became an installation.';
insert into installation default values;

create table project (
    id         uuid primary key default gen_random_uuid(),
    slug       text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
    created_at timestamptz not null default clock_timestamp()
);
comment on table project is 'The outer tenancy of builds and actors.';
comment on column project.id is 'Shown in an actor''s metadata.';
comment on column project.slug is 'What callers write in the query parameter project.';
comment on column project.created_at is 'When it was made.';

create table environment (
    id         uuid primary key default gen_random_uuid(),
    project_id uuid not null references project,
    slug       text not null check (slug ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
    created_at timestamptz not null default clock_timestamp(),
    unique (project_id, slug)
);
comment on table environment is 'The inner tenancy: builds, actors and their tags belong to exactly one.';
comment on column environment.id is 'Shown in an actor''s metadata.';
comment on column environment.project_id is 'The project it is part of.';
comment on column environment.slug is 'What callers write in the query parameter environment; unique within its project.';
comment on column environment.created_at is 'When it was made.';

insert into project (slug) values ('default');
insert into environment (project_id, slug) select id, 'default' from project where slug = 'default';

create table api_token (
    id         uuid primary key default gen_random_uuid(),
    name       text not null unique,
    prefix     text not null unique,
    hash       bytea not null check (length(hash) = 32),
    created_at timestamptz not null default clock_timestamp()
);
comment on table api_token is 'Who may call the API. A token itself is never stored.';
comment on column api_token.id is 'Names the token where the token must not be named.';
comment on column api_token.name is 'For people; ''bootstrap'' is the one from the settings, replaced when the setting changes.';
comment on column api_token.prefix is 'The token''s first 8 characters: public, finds the row.';
comment on column api_token.hash is 'SHA-256 of the whole token.';
comment on column api_token.created_at is 'When it was issued.';
