-- How often a mail was in hand alone without coming to an end: a mail that ends its process is known by it.
alter table queue.mail add column taken_alone smallint not null default 0;
