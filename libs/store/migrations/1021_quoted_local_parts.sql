-- Names whose local part needs quotes are kept as they are written everywhere, in quotes: RFC 5321 §4.1.2. Before, their
-- keys stood without.
create function pg_temp.quoted(key text) returns text language sql immutable as $$
  select case
    when not key ~ '@' or key ~ '^".*"@[^@]*$' then key
    when local ~ '[][ "(),:;<>@\\]' or local like '.%' or local like '%.' or local like '%..%' or local like '%' || chr(160) || '%'
      then '"' || regexp_replace(local, '(["\\])', '\\\1', 'g') || '"' || substring(key from '@[^@]*$')
    else key
  end
  from (select substring(key from '^(.*)@[^@]*$') as local) parts
$$;

update directory.account set address = pg_temp.quoted(address) where address <> pg_temp.quoted(address);
update directory.address set address = pg_temp.quoted(address) where address <> pg_temp.quoted(address);
update directory.address set targets = array(select pg_temp.quoted(one) from unnest(targets) with ordinality as t(one, place) order by place)
  where exists (select from unnest(targets) as t(one) where one <> pg_temp.quoted(one));
