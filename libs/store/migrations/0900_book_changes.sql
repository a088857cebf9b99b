-- What the address book (LDAP) is made of, and what of it changed: the book in memory reads it all at first, and then what
-- changed after.

-- Which addresses to read again. A row carries the transaction that changed it: whoever has read when every transaction
-- below some number had ended reads what is at or above it, and misses nothing, without a lock among writers.
create table directory.book_change (
  address text primary key,
  changed_by xid8 not null default pg_current_xact_id()
);
create index book_change_changed_by on directory.book_change (changed_by);

create function directory.note_book_changes(addresses text[]) returns void
language sql security definer set search_path = '' as $$
  insert into directory.book_change (address)
    select distinct address from unnest(addresses) as changed(address) where address is not null order by address
  on conflict (address) do update set changed_by = pg_current_xact_id();
$$;
revoke all on function directory.note_book_changes(text[]) from public;

create function directory.note_account() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform directory.note_book_changes(array[old.address, new.address]);
  return null;
end $$;
revoke all on function directory.note_account() from public;

-- An alias is part of the person it leads to; a group is an entry of its own.
create function directory.note_name() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform directory.note_book_changes(
    case when old.kind = 'alias' then old.targets when old.kind = 'group' then array[old.address] else '{}' end
    || case when new.kind = 'alias' then new.targets when new.kind = 'group' then array[new.address] else '{}' end);
  return null;
end $$;
revoke all on function directory.note_name() from public;

create trigger book_of_new_account after insert or delete on directory.account
  for each row execute function directory.note_account();
create trigger book_of_account after update of address, display_name, enabled, login_epoch on directory.account
  for each row execute function directory.note_account();
create trigger book_of_name after insert or update or delete on directory.address
  for each row execute function directory.note_name();

-- The epoch ends the sessions of a person whose password is another one now; it tells nothing about the password.
create or replace view directory.person as
  select a.id, a.address, a.display_name, d.name as domain, a.login_epoch as epoch
  from directory.account a join directory.domain d on d.id = a.domain_id
  where a.enabled;
-- Other addresses of one person.
create view directory.person_alias as
  select n.address, n.targets from directory.address n where n.kind = 'alias' and cardinality(n.targets) = 1;
grant select on directory.person_alias, directory.book_change to pochtar_ldap;
