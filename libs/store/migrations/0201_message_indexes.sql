-- Changes since a MODSEQ are read in pages by (mod_seq, uid): one change of many messages gives them all one MODSEQ.
drop index store.message_mod_seq;
create index message_mod_seq on store.message (mailbox_id, mod_seq, uid);

-- EXPUNGE and CLOSE look for \Deleted in every mailbox, and mostly find nothing: few rows are in this index.
create index message_deleted on store.message (mailbox_id, uid) where flags & 8 <> 0;
