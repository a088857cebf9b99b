-- Administrators have a role, and an epoch that ends their sessions, as accounts do.
alter table directory.administrator
  add column role text check (role in ('admin', 'domainAdmin', 'auditor')),
  add column enabled boolean not null default true,
  add column display_name text not null default '',
  -- Begins anew with each change of password, role, domains or state.
  add column login_epoch bigint not null default 1,
  add column last_login_at timestamptz,
  add column last_login_address text;
update directory.administrator set role = case when domain_ids is null then 'admin' else 'domainAdmin' end;
alter table directory.administrator
  alter column role set not null,
  -- An administrator of domains has a list of them, which is empty when all of them are gone; the others have all.
  add constraint administrator_domains check ((role = 'domainAdmin') = (domain_ids is not null));

-- Log-ins to the console are checked by the settings process, which counts failures where the servers do.
grant usage on schema lists to pochtar_settings;
grant select, insert, update on lists.login_failure, lists.known_client to pochtar_settings;
