-- The settings service tries what the servers will read: the same views, besides the tables it owns.
grant select on settings.relay_secret, settings.volume_secret, settings.server_certificate to pochtar_settings;
