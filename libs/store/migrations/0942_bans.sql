-- Failed log-ins are looked at and forgotten by administrators.
grant select, delete on lists.login_failure to pochtar_settings;
