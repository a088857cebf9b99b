-- Mail by the hour, for looking at: counted from the trace and the queue every half minute by one delivery process, so that a page reads a few
-- rows and never counts mails itself. What an hour had can be counted again; attempts that were put off leave no row
-- behind and are added as they happen.
create table trace.traffic (
  -- 0: the whole server; no reference, since the counts of a domain that is gone do no harm until they are forgotten
  domain_id bigint not null,
  hour timestamptz not null,
  -- mails that came in or were submitted; notices of the server itself are none of them
  accepted bigint not null default 0,
  -- attempts that were answered 5yz, and 4yz
  refused bigint not null default 0,
  put_off bigint not null default 0,
  -- recipients: into mailboxes here, to other servers, given back to the sender
  delivered bigint not null default 0,
  relayed bigint not null default 0,
  returned bigint not null default 0,
  -- attempts that will be repeated
  deferred bigint not null default 0,
  -- mails in the queue and since when the oldest is, when the hour was counted last; null: not counted while it was
  waiting bigint,
  oldest_at timestamptz,
  -- the most frequent replies of the refusals: [{"reply": …, "count": …}], at most five
  reasons jsonb not null default '[]',
  -- null: nothing but put-off attempts was written yet
  counted_at timestamptz,
  primary key (domain_id, hour)
);
create index traffic_hour on trace.traffic using brin (hour);
grant select, insert, update, delete on trace.traffic to pochtar_delivery;
grant select, delete on trace.traffic to pochtar_tasks;
