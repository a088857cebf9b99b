-- What domains ask of who sends mail to them (RFC 8461): a policy that was seen holds until it expires, in every replica.
create table queue.sts_policy (
  domain text primary key,
  policy_id text not null,
  mode text not null check (mode in ('enforce', 'testing', 'none')),
  mx text[] not null,
  max_age_seconds int not null,
  fetched_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index sts_policy_expires on queue.sts_policy (expires_at);
grant select, insert, update, delete on queue.sts_policy to pochtar_delivery;

-- How sessions with other servers were secured, by day (RFC 8460 §4): what a report to a domain is made of.
create table trace.tls_session (
  day date not null,
  domain text not null,
  policy text not null check (policy in ('tlsa', 'sts', 'no-policy-found')),
  host text not null,
  -- success, or the result type of RFC 8460 §4.3
  result text not null,
  count bigint not null,
  primary key (day, domain, policy, host, result)
);
grant select, insert, update, delete on trace.tls_session to pochtar_delivery;
