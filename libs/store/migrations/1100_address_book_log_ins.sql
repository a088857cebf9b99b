-- The LDAP service counts no address as a client that many clients stand behind.
grant usage on schema lists to pochtar_ldap;
grant select on lists.guarded_client to pochtar_ldap;

-- Whether SCRAM can be offered, and nothing else of passwords and keys: for programs that may see neither.
create view directory.scram_readiness as
  select not exists (
    select from directory.account a where a.enabled and a.password_hash is not null and not exists (
      select from directory.scram_key k
      where k.account_id = a.id and k.of_password = sha256(convert_to(a.password_hash, 'UTF8')))
  ) as is_ready;
grant select on directory.scram_readiness
  to pochtar_smtp, pochtar_imap, pochtar_pop3, pochtar_settings, pochtar_ldap;
