-- Client addresses that nobody on the internet has: behind one of them all strangers may stand, where a proxy or a NAT hides
-- where they come from. Judged by how many foreign domains sent through it without a login.
create table lists.guarded_client (
  address inet primary key,
  first_at timestamptz not null default now(),
  last_at timestamptz not null default now(),
  -- trust in the address is suspended since
  suspended_at timestamptz,
  -- somebody has said that it is one client, which counts more
  confirmed_at timestamptz,
  confirmed_by text
);

-- The latest of its domains, as many as are needed to judge.
create table lists.guarded_client_domain (
  address inet not null references lists.guarded_client on delete cascade,
  domain text not null,
  seen_at timestamptz not null default now(),
  primary key (address, domain)
);
create index guarded_client_domain_seen on lists.guarded_client_domain (seen_at);

grant select, insert, update, delete on lists.guarded_client, lists.guarded_client_domain to pochtar_smtp;
grant select, insert, update on lists.guarded_client to pochtar_settings;
grant select on lists.guarded_client_domain to pochtar_settings;
-- Log-ins behind such an address ban nobody but an account.
grant select on lists.guarded_client to pochtar_imap, pochtar_pop3;
