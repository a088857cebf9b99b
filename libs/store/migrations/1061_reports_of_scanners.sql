-- Beside DSN: who sent an infected mail, and whom one was for that is kept from him, is told of it.
alter table queue.owed_notice drop constraint owed_notice_kind_check;
alter table queue.owed_notice add constraint owed_notice_kind_check check (kind in ('failed', 'delayed', 'delivered', 'relayed',
  'expanded', 'virusToSender', 'virusToRecipient', 'tooLargeToRecipient'));
