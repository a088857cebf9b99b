-- What the address book says of a person beside name and address: contact fields, a photo, and whether the person stands in
-- it at all.

-- One document with the fields that are there: contactFields of libs/mail has their names and what fits into each.
alter table directory.account
  add column contact jsonb not null default '{}' check (jsonb_typeof(contact) = 'object'),
  add column hidden boolean not null default false;

-- Apart from the accounts, which are read by the thousand.
create table directory.account_photo (
  account_id bigint primary key references directory.account on delete cascade,
  jpeg bytea not null check (octet_length(jpeg) between 1 and 65536),
  width integer not null,
  height integer not null,
  changed_at timestamptz not null default now()
);
grant select, insert, update, delete on directory.account_photo to pochtar_settings;

create function directory.note_photo() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform directory.note_book_changes(array(
    select address from directory.account where id in (old.account_id, new.account_id)));
  return null;
end $$;
revoke all on function directory.note_photo() from public;
create trigger book_of_photo after insert or update or delete on directory.account_photo
  for each row execute function directory.note_photo();

drop trigger book_of_account on directory.account;
create trigger book_of_account
  after update of address, display_name, enabled, login_epoch, contact, hidden on directory.account
  for each row execute function directory.note_account();

-- Who is hidden may log in, so the book knows the address and the epoch, and nothing that it could tell.
create or replace view directory.person as
  select a.id, a.address, case when a.hidden then '' else a.display_name end as display_name, d.name as domain,
    a.login_epoch as epoch, case when a.hidden then '{}'::jsonb else a.contact end as contact, a.hidden,
    not a.hidden and exists (select from directory.account_photo p where p.account_id = a.id) as has_photo
  from directory.account a join directory.domain d on d.id = a.domain_id
  where a.enabled;
create view directory.person_photo as
  select a.address, p.jpeg from directory.account_photo p join directory.account a on a.id = p.account_id
  where a.enabled and not a.hidden;
grant select on directory.person_photo to pochtar_ldap;
