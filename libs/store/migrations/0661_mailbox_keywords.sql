-- The keywords that are or were in use in a mailbox, each in its first spelling: SELECT names them without a look at
-- the messages.
alter table store.mailbox add column keywords text[] not null default '{}';

with used as (
  select mailbox_id, lower(k) as folded, min(k) as keyword
  from store.message, unnest(keywords) k where keywords <> '{}' group by mailbox_id, lower(k)
), ranked as (
  select mailbox_id, keyword, row_number() over (partition by mailbox_id order by folded) as place from used
), listed as (
  select mailbox_id, array_agg(keyword order by keyword) as keywords from ranked where place <= 500 group by mailbox_id
)
update store.mailbox b set keywords = l.keywords from listed l where b.id = l.mailbox_id;
