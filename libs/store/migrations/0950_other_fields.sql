-- Which fields the header of a stored body has beside those of its short header, two octets a name: mail programs ask with
-- every listing for fields that hardly any mail has. Null in older rows: they are answered from the body as before.
alter table store.content add column other_fields bytea;
grant update (other_fields) on store.content to pochtar_delivery;
