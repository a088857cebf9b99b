-- How the black lists of the DNS are, over all processes that ask them: found by the points that each must have (RFC 5782 §5).
create table lists.dnsbl_zone (
  zone text primary key,
  state text not null default 'unknown' check (state in ('unknown', 'good', 'failing', 'suspended')),
  fault text check (fault in ('silent', 'refuses', 'listsEverybody', 'empty')),
  -- in English, for the log and whoever wants to know exactly
  why text not null default '',
  -- of the state
  since timestamptz not null default now(),
  has_ipv6 boolean not null default false,
  checked_at timestamptz,
  -- whoever sets it ahead looks: replicas take turns
  next_check_at timestamptz not null default now(),
  good_at timestamptz,
  bad_since timestamptz,
  good_checks int not null default 0,
  bad_checks int not null default 0,
  -- when it cannot be trusted: from the last good look before its fault to the first good one behind it
  faulty_from timestamptz,
  faulty_until timestamptz
);
grant select, insert, update, delete on lists.dnsbl_zone to "pochtar_filter-dnsbl";
grant select on lists.dnsbl_zone to pochtar_settings;

-- Who was refused because of a zone: a row for each of its clients, as long as one may want to undo it.
create table lists.dnsbl_refusal (
  zone text not null,
  client inet not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  count bigint not null default 1,
  -- of the last refusal
  reverse_path text not null default '',
  recipient text not null default '',
  primary key (zone, client)
);
create index dnsbl_refusal_last on lists.dnsbl_refusal (last_at);
grant select, insert, update on lists.dnsbl_refusal to pochtar_smtp;
grant select, delete on lists.dnsbl_refusal to "pochtar_filter-dnsbl";
grant select on lists.dnsbl_refusal to pochtar_settings;

-- A white address sends anywhere without a login. One that is only to be spared the checks does not.
alter table lists.entry add column opens_relay boolean not null default true;
