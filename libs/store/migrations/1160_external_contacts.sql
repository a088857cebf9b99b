-- People outside, whom a domain's address book names as well: suppliers, partners. They have neither mailbox nor log-in.
create table directory.contact (
  id bigint generated always as identity primary key,
  domain_id bigint not null references directory.domain,
  address text not null,
  display_name text not null default '',
  -- As of accounts: contactFields of libs/mail has their names and what fits into each.
  contact jsonb not null default '{}' check (jsonb_typeof(contact) = 'object'),
  created_at timestamptz not null default now(),
  unique (domain_id, address)
);
create index contact_address on directory.contact (address);

create table directory.contact_photo (
  contact_id bigint primary key references directory.contact on delete cascade,
  jpeg bytea not null check (octet_length(jpeg) between 1 and 65536),
  width integer not null,
  height integer not null,
  changed_at timestamptz not null default now()
);
grant select, insert, update, delete on directory.contact, directory.contact_photo to pochtar_settings;

-- In the list of what changed they go by their number: several domains may know one address, and it may become another.
create function directory.note_contact() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform directory.note_book_changes(array['contact:' || old.id, 'contact:' || new.id]);
  return null;
end $$;
revoke all on function directory.note_contact() from public;
create trigger book_of_contact after insert or update or delete on directory.contact
  for each row execute function directory.note_contact();

create function directory.note_contact_photo() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform directory.note_book_changes(array['contact:' || old.contact_id, 'contact:' || new.contact_id]);
  return null;
end $$;
revoke all on function directory.note_contact_photo() from public;
create trigger book_of_contact_photo after insert or update or delete on directory.contact_photo
  for each row execute function directory.note_contact_photo();

create view directory.external_person as
  select c.id, c.address, c.display_name, d.name as domain, c.contact,
    exists (select from directory.contact_photo p where p.contact_id = c.id) as has_photo
  from directory.contact c join directory.domain d on d.id = c.domain_id;
create view directory.external_photo as select p.contact_id, p.jpeg from directory.contact_photo p;
grant select on directory.external_person, directory.external_photo to pochtar_ldap;
