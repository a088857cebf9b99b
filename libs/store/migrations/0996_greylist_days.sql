-- What greylisting did, by the day (UTC): a row for each outcome.
create table lists.greylist_day (
  day date not null,
  -- known and white: passed at once · deferred: put off the first time · early: came again too early ·
  -- returned: passed after it came again · unreturned: never came again
  outcome text not null check (outcome in ('known', 'white', 'deferred', 'early', 'returned', 'unreturned')),
  count bigint not null,
  primary key (day, outcome)
);
grant select, insert, update, delete on lists.greylist_day to "pochtar_filter-greylist";
grant select on lists.greylist_day to pochtar_settings;
