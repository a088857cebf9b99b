-- One role a program (architecture §12). They are created without LOGIN; whoever brings the cluster up
-- gives each its password. Grants stand beside the tables that they open.
do $$
declare program text;
begin
  foreach program in array array['smtp','filter','delivery','imap','pop3','ldap','settings','console','tasks','firewall','ctl'] loop
    if not exists (select from pg_roles where rolname = 'pochtar_' || program) then
      execute format('create role %I nologin', 'pochtar_' || program);
    end if;
  end loop;
end $$;

create schema directory;
create schema settings;
create schema store;
create schema queue;
create schema trace;
create schema lists;

grant usage on schema directory to pochtar_smtp, pochtar_filter, pochtar_delivery, pochtar_imap, pochtar_pop3, pochtar_ldap, pochtar_settings, pochtar_console, pochtar_tasks;
grant usage on schema settings to pochtar_smtp, pochtar_filter, pochtar_delivery, pochtar_imap, pochtar_pop3, pochtar_ldap, pochtar_settings, pochtar_console, pochtar_tasks, pochtar_firewall;
grant usage on schema store to pochtar_smtp, pochtar_filter, pochtar_delivery, pochtar_imap, pochtar_pop3, pochtar_settings, pochtar_tasks;
grant usage on schema queue to pochtar_smtp, pochtar_filter, pochtar_delivery, pochtar_tasks;
grant usage on schema trace to pochtar_delivery, pochtar_tasks;
grant usage on schema lists to pochtar_smtp, pochtar_filter, pochtar_tasks;

-- Every program checks the schema version before it works.
grant usage on schema public to public;
