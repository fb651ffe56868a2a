create table build (
    id             uuid primary key,
    environment_id uuid not null references environment,
    name           text not null,
    kind           text not null check (kind in ('javascript', 'executable', 'java', 'oci_bundle', 'docker_image')),
    compression    text not null,
    size_bytes     bigint not null check (size_bytes > 0),
    part_bytes     bigint not null check (part_bytes > 0),
    declared_sha256 text,
    sha256         text,
    state          text not null default 'uploading' check (state in ('uploading', 'ready', 'refused')),
    tags           jsonb not null default '{}' check (jsonb_typeof(tags) = 'object'),
    created_at     timestamptz not null default clock_timestamp(),
    check ((state = 'ready') = (sha256 is not null))
);
create index build_by_tags on build using gin (tags jsonb_path_ops);
create index build_newest on build (environment_id, created_at desc, id desc);
create index build_unfinished on build (created_at) where state <> 'ready';
comment on table build is 'An artifact and its tags. The artifact never changes once the build is ready; the tags do.';
comment on column build.id is 'Public name.';
comment on column build.environment_id is 'Whose it is.';
comment on column build.name is 'The file name given at prepare; shown where no tag name is set.';
comment on column build.kind is 'What the bytes are, and so how an agent starts them.';
comment on column build.compression is 'How the bytes are packed: none.';
comment on column build.size_bytes is 'Length of the whole artifact, declared at prepare and enforced.';
comment on column build.part_bytes is 'Length of each upload part but the last; kept here so that a changed setting does not move the parts of a running upload.';
comment on column build.declared_sha256 is 'The digest the uploader promised, lower-case hex; null where none was.';
comment on column build.sha256 is 'The digest of the bytes stored, lower-case hex; set when the build becomes ready.';
comment on column build.state is 'uploading: invisible to selection; ready: usable; refused: its bytes were not what was promised, never usable.';
comment on column build.tags is 'Text to text; actors choose the newest ready build with the tags they ask for.';
comment on column build.created_at is 'Decides which build is the newest; the database''s clock.';

create table build_part (
    build_id  uuid not null references build on delete cascade,
    part      integer not null check (part >= 0),
    attempt   uuid not null,
    stored_at timestamptz not null default clock_timestamp(),
    primary key (build_id, part)
);
comment on table build_part is 'Which upload attempt of each part is the one that counts.';
comment on column build_part.build_id is 'The build.';
comment on column build_part.part is 'Counts the parts from 0.';
comment on column build_part.attempt is 'The attempt that arrived whole; a later whole one replaces it.';
comment on column build_part.stored_at is 'When that attempt was whole.';

create table build_chunk (
    build_id uuid not null references build on delete cascade,
    part     integer not null,
    attempt  uuid not null,
    chunk    integer not null check (chunk >= 0),
    bytes    bytea not null check (length(bytes) between 1 and 1048576),
    primary key (build_id, part, attempt, chunk)
);
-- Artifacts are packed or small already; trying to compress each chunk would only cost time.
alter table build_chunk alter column bytes set storage external;
comment on table build_chunk is 'The bytes, in pieces small enough that nobody ever holds a whole artifact in memory.';
comment on column build_chunk.build_id is 'The build.';
comment on column build_chunk.part is 'The upload part the piece came in.';
comment on column build_chunk.attempt is 'The upload attempt the piece came in; attempts that were never whole are removed when the build completes.';
comment on column build_chunk.chunk is 'Counts the pieces of the part from 0.';
comment on column build_chunk.bytes is 'At most 1 MiB.';
