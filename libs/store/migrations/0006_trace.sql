-- What became of a mail: one row a recipient, written in the transaction that ends it.
create table trace.delivery (
  mail_id uuid not null,
  recipient text not null,
  ended_at timestamptz not null default now(),
  accepted_at timestamptz not null,
  reverse_path text not null,
  origin text not null,
  client_address inet,
  size bigint not null,
  -- delivered, relayed, expanded, bounced, discarded, redirected
  outcome text not null,
  -- where it went or why it did not
  detail text not null default '',
  attempts int not null default 0,
  primary key (mail_id, recipient)
);
create index delivery_ended on trace.delivery using brin (ended_at);

-- Attempts that never became a mail, written from mail.refused events.
create table trace.refusal (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  client_address inet,
  reverse_path text,
  recipient text,
  reply text not null
);
create index refusal_at on trace.refusal using brin (at);

grant select, insert on trace.delivery to pochtar_delivery;
grant select, insert on trace.refusal to pochtar_delivery;
grant select, delete on trace.delivery, trace.refusal to pochtar_tasks;
