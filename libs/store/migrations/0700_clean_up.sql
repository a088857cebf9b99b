-- Delivery cleans up after itself and others until the process `tasks` does it: old trace, what nothing refers to any
-- more, expunges that no client will ask for.
grant delete on trace.delivery, trace.refusal to pochtar_delivery;
grant select, delete on store.maybe_dead to pochtar_delivery;
grant delete on store.content, store.pack to pochtar_delivery;
grant select, delete on store.expunged to pochtar_delivery;

-- Which senders of a network have passed is asked at each passing: the rows of made-up senders are not in this index.
create index greylist_passed on lists.greylist (network, sender) where passed_at is not null;
