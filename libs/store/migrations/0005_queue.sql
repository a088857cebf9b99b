-- What is in transit. The slip, the verdicts and the schedule are rows; an event only says "look".
create table queue.mail (
  id uuid primary key,
  content_id uuid not null,
  accepted_at timestamptz not null,
  -- '' is the null reverse path
  reverse_path text not null,
  origin text not null check (origin in ('incoming', 'submitted', 'system')),
  account_id bigint,
  client_address inet,
  helo text not null default '',
  protocol text not null default 'ESMTP',
  -- 7BIT, 8BITMIME (RFC 6152)
  body text,
  smtp_utf8 boolean not null default false,
  -- RFC 3461: RET, ENVID
  dsn_return text,
  dsn_envelope_id text,
  -- the size that will be delivered: follows the content's prefix and removed ranges
  size bigint not null,
  slip text[] not null default '{}',
  settings_revision bigint not null default 0,
  -- a filter's name, 'deliver', or 'schedule' (only remote recipients with a due time are left)
  step text not null,
  step_at timestamptz not null,
  -- active: an event is owed or under way; parked: waits for due_at; held: waits for a person
  state text not null default 'active' check (state in ('active', 'parked', 'held')),
  due_at timestamptz,
  attempts int not null default 0,
  reason text
);
create index mail_step on queue.mail (step, step_at) where state = 'active' and step <> 'schedule';
create index mail_parked on queue.mail (due_at) where state = 'parked';
create index mail_held on queue.mail (accepted_at) where state = 'held';

create table queue.recipient (
  mail_id uuid not null,
  address text not null,
  -- RFC 3461: ORCPT, NOTIFY
  original_recipient text,
  notify text,
  -- local when an account is named; otherwise delivery routes it
  account_id bigint,
  -- unrouted: delivery has not looked yet; local: goes to account_id; remote: goes to destination at due_at
  route text not null check (route in ('unrouted', 'local', 'remote')),
  destination text,
  -- the name the mail was addressed to when an alias or a group led here
  expanded_from text,
  due_at timestamptz,
  lease_owner uuid,
  lease_until timestamptz,
  attempt int not null default 0,
  last_attempt_at timestamptz,
  last_reply text,
  delay_notified boolean not null default false,
  primary key (mail_id, address)
);
create index recipient_due on queue.recipient (due_at) where route = 'remote';

create table queue.verdict (
  mail_id uuid not null,
  filter text not null,
  result text not null check (result in ('accept', 'defer', 'reject', 'quarantine', 'discard')),
  reason text not null default '',
  -- header fields to put in front, byte string; null: none
  prefix bytea,
  removed int8[],
  replacement_content_id uuid,
  at timestamptz not null default now(),
  primary key (mail_id, filter)
);

grant insert on queue.mail, queue.recipient to pochtar_smtp;
grant select, update on queue.mail to pochtar_filter;
grant select, insert on queue.verdict to pochtar_filter;
grant select on queue.recipient to pochtar_filter;
grant select, insert, update, delete on queue.mail, queue.recipient, queue.verdict to pochtar_delivery, pochtar_tasks;
