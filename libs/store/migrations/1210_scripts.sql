-- Mail rules of people: Sieve scripts (RFC 5228), of which one at most is active (RFC 5804).
create table directory.script (
  account_id bigint not null references directory.account on delete cascade,
  name text not null check (octet_length(name) between 1 and 512),
  content text not null check (octet_length(content) <= 262144),
  updated_at timestamptz not null default now(),
  primary key (account_id, name)
);
-- Delivery reads it with the account's row: who has no rules costs nothing.
alter table directory.account
  add column active_script text,
  add constraint account_active_script foreign key (id, active_script) references directory.script (account_id, name);
grant select, insert, update, delete on directory.script to pochtar_settings;
grant select on directory.script to pochtar_delivery;
grant select (active_script) on directory.account to pochtar_delivery;
-- Mailboxes that a rule makes.
grant select, insert, update on store.uid_validity to pochtar_delivery;

-- What rules remember: mail that was there before (RFC 7352), who was told of an absence (RFC 5230 §4.2), and that the owner
-- was told of a broken script.
create table queue.rule_memory (
  account_id bigint not null,
  key text not null check (octet_length(key) <= 200),
  expires_at timestamptz not null,
  primary key (account_id, key)
);
create index rule_memory_expired on queue.rule_memory (expires_at);
grant select, insert, update, delete on queue.rule_memory to pochtar_delivery;

-- Answers of people who are away, and of broken scripts to their owners, are owed like other notices.
alter table queue.owed_notice add column answer jsonb;
alter table queue.owed_notice drop constraint owed_notice_kind_check;
alter table queue.owed_notice add constraint owed_notice_kind_check check (kind in ('failed', 'delayed', 'delivered', 'relayed',
  'expanded', 'virusToSender', 'virusToRecipient', 'tooLargeToRecipient', 'absence', 'brokenRules'));
