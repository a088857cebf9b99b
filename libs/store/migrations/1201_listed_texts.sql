-- What SORT, THREAD and searches by the day of sending ask of many messages at once, ready made beside the other texts: base
-- subject (RFC 5256 §2.1; null: not made yet), the day as it was written, the ids of a thread. Delivery makes those of older rows
-- in the background (texts_version).
alter table store.content add column sent_day int, add column base_subject text, add column is_reply boolean,
  add column thread_ids text;
drop index store.content_old_texts;
create index content_old_texts on store.content (id) where texts_version < 2;
grant update (sent_day, base_subject, is_reply, thread_ids) on store.content to pochtar_delivery;
