-- The settings service tries what the servers will read: the same views, besides the tables it owns.
grant select on settings.relay_secret, settings.volume_secret, settings.server_certificate to pochtar_settings;
-- It removes the mail of deleted accounts, and a DELETE with a condition reads what it tests.
grant select on store.expunged to pochtar_settings;
