-- Changes of flags by plans that are made once, and with less to be taken apart: a third of the processor time.
drop function store.change_flags(jsonb, boolean, int, int);

-- Each request: {m: mailbox, u: UIDs as the text of an array, ascending, o: replace | add | remove, f: flags, k: [keywords], s: unchanged since or null}.
-- `mailboxes` are those of the requests. `outcome` is 'noMailbox', or 'busy' where `waits` is false and somebody else has the mailbox.
create function store.change_flags(mailboxes int8[], requests jsonb, waits boolean, most_keywords int, most_mailbox_keywords int)
returns table (place int, outcome text, mod_seq int8, uids int8[], flags int8[], keywords text, mod_seqs int8[], modified int8[])
language plpgsql
-- On partitioned tables plans of their own would be made anew for each statement, for more than it takes to run it.
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  request jsonb;
  locked int8[];
  target int8;
  new_seq int8;
  since int8;
  wanted_uids int8[];
  bits int2;
  words text[];
  how text;
  newly_seen int8;
  touched int8;
begin
  if waits then
    locked := array(select id from (select id from store.mailbox where id = any(mailboxes) order by id for update) b);
  else
    locked := array(select id from (select id from store.mailbox where id = any(mailboxes) order by id for update skip locked) b);
  end if;
  place := -1;
  for request in select r from jsonb_array_elements(requests) r loop
    place := place + 1;
    target := (request ->> 'm')::int8;
    mod_seq := null; uids := null; flags := null; keywords := null; mod_seqs := null; modified := '{}';
    if not target = any(locked) then
      outcome := case when waits or not exists (select from store.mailbox b where b.id = target) then 'noMailbox' else 'busy' end;
      return next;
      continue;
    end if;
    outcome := 'stored';
    new_seq := (select b.mod_seq + 1 from store.mailbox b where b.id = target);
    since := (request ->> 's')::int8;
    wanted_uids := (request ->> 'u')::int8[];
    bits := (request ->> 'f')::int2;
    words := '{}';
    if request -> 'k' <> '[]' then
      words := array(select k from jsonb_array_elements_text(request -> 'k') k);
    end if;
    how := request ->> 'o';
    with old as materialized (
      select m.uid, m.flags, m.keywords, m.mod_seq from store.message m where m.mailbox_id = target and m.uid = any(wanted_uids)
    ), new as materialized (
      select o.uid, o.flags as was, o.keywords as had, o.mod_seq,
        case how when 'add' then o.flags | bits when 'remove' then o.flags & ~bits else bits end as flags,
        case
          when how = 'replace' then words
          when words = '{}' or (how = 'add' and o.keywords @> words) then o.keywords
          -- The spelling that was there first stays.
          when how = 'add' then (array(
            select k from (
              select distinct on (lower(k)) k, n from unnest(o.keywords || words) with ordinality u(k, n) order by lower(k), n) d
            order by n))[1:most_keywords]
          else array(select k from unnest(o.keywords) with ordinality u(k, n)
            where lower(k) <> all (array(select lower(g) from unnest(words) g)) order by n)
        end as keywords
      from old o where since is null or o.mod_seq <= since
    ), changed as (
      update store.message m set flags = n.flags, keywords = n.keywords, mod_seq = new_seq
      from new n
      where m.mailbox_id = target and m.uid = n.uid and (n.flags <> n.was or n.keywords <> n.had)
      returning m.uid, (n.flags & 1) - (n.was & 1) as seen
    ), result as (
      select n.uid, n.flags, n.keywords, case when c.uid is null then n.mod_seq else new_seq end as mod_seq
      from new n left join changed c on c.uid = n.uid
    )
    select array_agg(r.uid order by r.uid), array_agg(r.flags::int8 order by r.uid),
      string_agg(array_to_string(r.keywords, ' '), E'\n' order by r.uid), array_agg(r.mod_seq order by r.uid),
      (select coalesce(sum(c.seen), 0) from changed c), (select count(*) from changed),
      array(select o.uid from old o where o.mod_seq > since order by o.uid)
    into uids, flags, keywords, mod_seqs, newly_seen, touched, modified
    from result r;
    if touched > 0 then
      mod_seq := new_seq;
      update store.mailbox b set mod_seq = new_seq, unseen_count = b.unseen_count - newly_seen,
        keywords = case when how = 'remove' or words = '{}' then b.keywords
          else store.with_keywords(b.keywords, words, most_mailbox_keywords) end
      where b.id = target;
    end if;
    return next;
  end loop;
end $$;
