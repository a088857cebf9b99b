-- Keys that mail is signed with. One row a domain and selector: a name in the DNS holds one key.
create table directory.dkim_key (
  id bigint generated always as identity primary key,
  domain_id bigint not null references directory.domain on delete cascade,
  selector text not null,
  algorithm text not null check (algorithm in ('rsa', 'ed25519')),
  bits integer not null,
  -- The value of p= in the record: what everybody may read.
  public_key text not null,
  -- Encrypted with the master key; read by the signer alone.
  key_ciphertext bytea not null,
  -- prepared: made, to be published · published: the DNS has it · active: signs · retired: signs no more, stays published
  state text not null default 'prepared' check (state in ('prepared', 'published', 'active', 'retired')),
  -- Becomes active by itself when the DNS has it.
  is_automatic boolean not null default true,
  created_at timestamptz not null default now(),
  checked_at timestamptz,
  -- What the DNS had at the last look.
  found text check (found in ('ok', 'missing', 'wrong', 'revoked', 'unanswered')),
  activated_at timestamptz,
  -- Mail that was signed with it may still be under way: until then its record stays.
  keep_until timestamptz,
  unique (domain_id, selector)
);
-- One key of a kind signs for a domain.
create unique index dkim_key_active on directory.dkim_key (domain_id, algorithm) where state = 'active';

-- Whoever makes keys cannot read them back.
grant select (id, domain_id, selector, algorithm, bits, public_key, state, is_automatic, created_at, checked_at, found,
  activated_at, keep_until), insert, update (state, is_automatic, checked_at, found, activated_at, keep_until), delete
  on directory.dkim_key to pochtar_settings;

create view directory.dkim_signing_key as
  select k.id, d.name as domain, k.selector, k.algorithm, k.key_ciphertext
  from directory.dkim_key k join directory.domain d on d.id = k.domain_id where k.state = 'active';
grant usage on schema directory to "pochtar_filter-dkim";
grant select on directory.dkim_signing_key to "pochtar_filter-dkim";
