alter table database_lineage rename failovers to era;
comment on column database_lineage.era is 'When another Postgres took over last, in seconds since 2026, or 0: generations and epochs are given from era * 2^20 on.';
