-- The white list, the black list and the named networks: a row an entry, added and removed one by one. Until now they
-- were fields of the section accessLists, from which they are moved here.

-- Every change takes the next revision and holds this row to its commit, so that revisions become visible in order:
-- whoever has read up to one reads what is above it, and misses nothing.
create table lists.access_state (
  only_row boolean primary key default true check (only_row),
  revision bigint not null default 0,
  -- what was removed up to this revision is forgotten: whoever knows less reads everything
  forgotten_to bigint not null default 0
);
insert into lists.access_state default values;

create table lists.network (
  id bigint generated always as identity primary key,
  name text not null,
  -- the name as it is compared
  key text not null unique,
  addresses text[] not null,
  comment text not null default '',
  author text not null,
  created_at timestamptz not null default now(),
  revision bigint not null
);
create index network_revision on lists.network (revision);

create table lists.entry (
  id bigint generated always as identity primary key,
  list text not null check (list in ('white', 'black')),
  kind text not null check (kind in ('address', 'network', 'namedNetwork', 'domain', 'server', 'mailbox')),
  -- in its normal form; of a named network `network:` and its key
  value text not null,
  network_id bigint references lists.network on delete restrict,
  comment text not null default '',
  author text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revision bigint not null,
  hits bigint not null default 0,
  last_hit_at timestamptz,
  unique (list, value),
  check ((kind = 'namedNetwork') = (network_id is not null))
  -- counting hits moves no index entry: there is room on the page for it
) with (fillfactor = 85);
create index entry_list on lists.entry (list, id);
create index entry_revision on lists.entry (revision);
create index entry_network on lists.entry (network_id) where network_id is not null;

create table lists.removed_entry (
  revision bigint not null,
  entry_id bigint not null,
  primary key (revision, entry_id)
);

grant usage on schema lists to pochtar_settings, "pochtar_filter-dnsbl";
grant select, update on lists.access_state to pochtar_settings;
grant select, insert, update, delete on lists.network, lists.entry, lists.removed_entry to pochtar_settings;
grant select on lists.access_state, lists.network, lists.entry, lists.removed_entry
  to pochtar_smtp, "pochtar_filter-dnsbl", "pochtar_filter-greylist";
grant update (hits, last_hit_at) on lists.entry to pochtar_smtp;

-- The entries of the stored document. A value stood once in its list; the order is kept by the ids.
with section as (
  select document, author, changed_at from settings.section where name = 'accessLists'
), object as (
  select s.author, s.changed_at, item->>'name' as name, item->'addresses' as addresses, place
  from section s, jsonb_array_elements(case jsonb_typeof(s.document->'networks') when 'array' then s.document->'networks' else '[]' end)
    with ordinality as listed(item, place)
)
insert into lists.network (name, key, addresses, author, created_at, revision)
  select name, lower(name), array(select jsonb_array_elements_text(addresses)), author, changed_at, 1
  from object order by place
  on conflict do nothing;

with section as (
  select document, author, changed_at from settings.section where name = 'accessLists'
), item as (
  select colour as list, s.author, s.changed_at, place,
    lower(item->>'value') as value, coalesce(item->>'comment', '') as comment,
    nullif(item->>'expiresAt', '')::timestamptz as expires_at
  from section s, unnest(array['white', 'black']) as colour,
    jsonb_array_elements(case jsonb_typeof(s.document->colour) when 'array' then s.document->colour else '[]' end)
      with ordinality as listed(item, place)
), known as (
  select i.*, n.id as network_id, case
    when i.value like 'network:%' then 'namedNetwork'
    when i.value like '@%' then 'server'
    when i.value like '%@%' then 'mailbox'
    when i.value ~ '^[0-9a-f.:]+/[0-9]+$' then 'network'
    when i.value ~ '^[0-9.]+$' or i.value like '%:%' then 'address'
    else 'domain' end as kind
  from item i left join lists.network n on i.value = 'network:' || n.key
)
insert into lists.entry (list, kind, value, network_id, comment, author, created_at, expires_at, revision)
  select list, kind, value, network_id, comment, author, changed_at, expires_at, 1
  from known where kind <> 'namedNetwork' or network_id is not null
  order by list, place
  on conflict do nothing;

update lists.access_state set revision = 1
  where exists (select from lists.entry) or exists (select from lists.network);

-- The document without them is the next revision of its section, as any other change would be.
with moved as (
  update settings.section set document = document - 'white' - 'black' - 'networks', revision = revision + 1,
    author = 'migration', changed_at = now()
  where name = 'accessLists' and document ?| array['white', 'black', 'networks']
  returning name, revision, document, author, changed_at
)
insert into settings.history (section, revision, document, author, changed_at, comment)
  select name, revision, document, author, changed_at, 'entries of the lists are rows now' from moved;
