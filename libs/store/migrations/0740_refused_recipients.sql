-- Of what one client was refused in a minute some recipients are kept, the first one at the beginning: each of them may be
-- asked for. Rows from before have none beside `recipient`.
alter table trace.refusal add column recipients text[] not null default '{}';
grant update (recipients) on trace.refusal to pochtar_delivery;

-- The different ones among these, in their order, at most 20.
create function trace.some_of(text[]) returns text[] language sql immutable parallel safe as $$
  select coalesce(array_agg(value order by place), '{}') from (
    select value, min(place) as place from unnest($1) with ordinality as given (value, place)
    where value is not null group by value order by min(place) limit 20) chosen $$;
