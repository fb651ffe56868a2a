create table connection (
    id             uuid primary key,
    environment_id uuid not null references environment,
    actor_id       uuid not null,
    port           text not null,
    subject        text check (length(subject) between 1 and 256),
    claims         jsonb not null check (jsonb_typeof(claims) = 'object'),
    methods        text[] not null,
    path_prefix    text check (path_prefix like '/%'),
    single_use     boolean not null,
    created_at     timestamptz not null,
    expires_at     timestamptz not null,
    revoked_at     timestamptz,
    check (expires_at > created_at)
);
create index connection_of_actor on connection (actor_id, created_at desc, id);
create index connection_of_subject on connection (environment_id, subject) where subject is not null;
create index connection_age on connection (expires_at);
create index connection_revoked on connection (expires_at) where revoked_at is not null;
comment on table connection is 'Tokens that open a port of an actor for a while. The tokens themselves are stored nowhere.';
comment on column connection.id is 'In the token, and told to the actor.';
comment on column connection.environment_id is 'Whose actor it is.';
comment on column connection.actor_id is 'The actor; its row may be pruned before.';
comment on column connection.port is 'As the actor''s creator named it.';
comment on column connection.subject is 'For whom it was made; null where nobody said.';
comment on column connection.claims is 'Text to text, told to the actor.';
comment on column connection.methods is 'That it is good for, in capitals; empty: all.';
comment on column connection.path_prefix is 'Of the paths that it is good for; null: all.';
comment on column connection.single_use is 'Whether it opens the port once only.';
comment on column connection.created_at is 'By the database''s clock.';
comment on column connection.expires_at is 'Nothing is opened with it from then on.';
comment on column connection.revoked_at is 'Nothing is opened with it from then on either; null while it is good.';

create table connection_key (
    id          text primary key,
    public_key  bytea not null,
    private_key bytea not null,
    created_at  timestamptz not null default clock_timestamp()
);
comment on table connection_key is 'What tokens of connections are signed with; the newest that agents surely know is used.';
comment on column connection_key.id is 'In each token that it signed.';
comment on column connection_key.public_key is 'Ed25519, X.509 encoding; told to all agents.';
comment on column connection_key.private_key is 'Ed25519, PKCS #8 encoding; never leaves the control plane.';
comment on column connection_key.created_at is 'By the database''s clock; a successor is made some days later.';

create table connection_set (
    one      boolean primary key default true check (one),
    revision bigint not null default 0
);
comment on table connection_set is 'Keys and revocations together; exactly one row, locked by whoever changes either.';
comment on column connection_set.one is 'Always true: keeps the table at one row.';
comment on column connection_set.revision is 'Grows with each new key and each revocation, in the transaction of the change.';
insert into connection_set default values;

create table issuer_keys (
    issuer     text primary key,
    jwks       text not null,
    fetched_at timestamptz not null default clock_timestamp()
);
comment on table issuer_keys is 'The public keys of the OpenID Connect issuers that the operator has named, as last fetched.';
comment on column issuer_keys.issuer is 'Its URL, as tokens have it.';
comment on column issuer_keys.jwks is 'A JSON Web Key Set; told to all agents.';
comment on column issuer_keys.fetched_at is 'By the database''s clock; they stay good where the issuer does not answer.';
