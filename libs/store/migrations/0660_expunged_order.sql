-- What has gone since a MODSEQ is read in pages by (mod_seq, uid), from the index alone.
drop index store.expunged_mod_seq;
create index expunged_mod_seq on store.expunged (mailbox_id, mod_seq, uid);
