-- Where mail for single domains goes instead of the relay or their MX hosts.
create table queue.route (
  id bigint generated always as identity primary key,
  -- `example.org`, or `.example.org` for what is below it; in A-labels
  domain text not null unique,
  host text not null,
  port int not null check (port between 1 and 65535),
  tls text not null check (tls in ('opportunistic', 'starttls', 'smtps')),
  -- the certificate has to name the host
  is_verified boolean not null,
  -- '' is without a log-in
  username text not null default '',
  -- sealed with the master key
  password bytea,
  max_connections int check (max_connections between 1 and 50),
  per_minute int check (per_minute between 1 and 100000),
  comment text not null default '',
  is_on boolean not null default true,
  author text not null,
  changed_at timestamptz not null default now(),
  check ((username = '') = (password is null))
);

-- Every change takes the next revision and holds this row to its commit.
create table queue.route_state (
  only_row boolean primary key default true check (only_row),
  revision bigint not null default 0
);
insert into queue.route_state default values;

grant select, insert, update, delete on queue.route to pochtar_delivery;
grant usage on sequence queue.route_id_seq to pochtar_delivery;
grant select, update on queue.route_state to pochtar_delivery;
-- How often one administrator has tried a route.
grant select (at, author, action, outcome) on audit.entry to pochtar_delivery;
