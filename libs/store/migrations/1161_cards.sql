-- The address book as cards (CardDAV): who may be seen, with when the photo was changed; the rows by `key` as in book_change.
create view directory.card as
  select a.address as key, a.address, a.display_name, d.name as domain, 'person' as kind, a.contact, p.changed_at as photo_at
  from directory.account a
  join directory.domain d on d.id = a.domain_id
  left join directory.account_photo p on p.account_id = a.id
  where a.enabled and not a.hidden
  union all
  select g.address, g.address, g.name, g.domain, 'group', '{}'::jsonb, null
  from directory.distribution_group g
  union all
  select 'contact:' || c.id, c.address, c.display_name, d.name, 'contact', c.contact, p.changed_at
  from directory.contact c
  join directory.domain d on d.id = c.domain_id
  left join directory.contact_photo p on p.contact_id = c.id;
grant select on directory.card, directory.person, directory.person_photo, directory.external_photo, directory.book_change
  to pochtar_console;
