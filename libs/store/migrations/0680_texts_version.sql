-- By which version of the code the texts beside a body were made (short header, ENVELOPE, BODYSTRUCTURE, part ranges,
-- Message-ID, date). Delivery makes those of older versions anew, in the background, found by the index.
alter table store.content add column texts_version smallint not null default 0;
create index content_old_texts on store.content (id) where texts_version < 1;
grant update (header_length, header, header_complete, envelope, body_structure, parts, message_id, sent_at, texts_version)
  on store.content to pochtar_delivery;
