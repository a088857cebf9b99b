-- filter-dkim asks nothing about an address that many clients stand behind: it is not where a mail comes from.
grant usage on schema lists to "pochtar_filter-dkim";
grant select on lists.guarded_client to "pochtar_filter-dkim";
