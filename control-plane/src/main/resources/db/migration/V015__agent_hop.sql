alter table agent add column hop_address text;
comment on column agent.hop_address is 'Host and port where it takes requests that other agents'' proxies hand on; null where it takes none.';
