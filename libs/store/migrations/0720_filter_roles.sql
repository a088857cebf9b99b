-- Each filter is a program of its own, with a role of its own: pochtar_filter is what they share, and nobody logs in as it.
do $$
declare filter text;
begin
  foreach filter in array array['dnsbl','greylist','antivirus','dkim','dlp'] loop
    if not exists (select from pg_roles where rolname = 'pochtar_filter-' || filter) then
      execute format('create role %I nologin', 'pochtar_filter-' || filter);
    end if;
    execute format('grant pochtar_filter to %I', 'pochtar_filter-' || filter);
  end loop;
end $$;
alter role pochtar_filter nologin;

-- Who answers during the dialogue sees no mail and no body; who remembers nothing has no memory.
revoke all on directory.domain, directory.address, directory.account from pochtar_filter;
revoke all on queue.mail, queue.verdict, queue.recipient from pochtar_filter;
revoke update (step, step_at, state, due_at, attempts, reason, held_by, held_filter) on queue.mail from pochtar_filter;
revoke all on store.volume, store.pack, store.content from pochtar_filter;
revoke all on settings.volume_secret from pochtar_filter;
revoke all on lists.greylist, lists.greylist_network from pochtar_filter;
revoke usage on schema directory, queue, store, lists from pochtar_filter;

grant usage on schema lists to "pochtar_filter-greylist";
grant select, insert, update, delete on lists.greylist, lists.greylist_network to "pochtar_filter-greylist";

grant usage on schema queue, store to "pochtar_filter-antivirus", "pochtar_filter-dkim", "pochtar_filter-dlp";
grant select on queue.mail, queue.recipient to "pochtar_filter-antivirus", "pochtar_filter-dkim", "pochtar_filter-dlp";
-- A filter moves a mail on, lets it wait and holds it. It opens no generation, releases nothing, gives no mail another body.
grant update (step, step_at, state, due_at, attempts, reason, held_by, held_filter, taken_alone) on queue.mail
  to "pochtar_filter-antivirus", "pochtar_filter-dkim", "pochtar_filter-dlp";
grant select, insert on queue.verdict to "pochtar_filter-antivirus", "pochtar_filter-dkim", "pochtar_filter-dlp";
grant select, insert on store.content to "pochtar_filter-antivirus", "pochtar_filter-dkim", "pochtar_filter-dlp";
grant select on store.volume, settings.volume_secret to "pochtar_filter-antivirus", "pochtar_filter-dkim", "pochtar_filter-dlp";
grant select, insert on store.pack to "pochtar_filter-antivirus", "pochtar_filter-dkim", "pochtar_filter-dlp";

-- Whoever writes packs seals its own; where a pack lies is for those who move them.
revoke update on store.pack from pochtar_smtp, pochtar_filter, pochtar_delivery, pochtar_imap;
grant update (size, checksum, sealed, sealed_at) on store.pack
  to pochtar_smtp, pochtar_delivery, pochtar_imap, "pochtar_filter-antivirus", "pochtar_filter-dkim", "pochtar_filter-dlp";
grant update (emptied_at) on store.pack to pochtar_delivery;

-- A verdict only in one's own name.
alter table queue.verdict enable row level security;
create policy read_all on queue.verdict for select using (true);
create policy own_name on queue.verdict for insert to pochtar_filter with check ('pochtar_filter-' || filter = current_user);
create policy queue_owners on queue.verdict for all to pochtar_delivery, pochtar_tasks using (true) with check (true);
