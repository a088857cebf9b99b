-- Delivery answers questions of administrators and holds them to what they may now; it sees no password.
grant select (login, role, domain_ids, enabled) on directory.administrator to pochtar_delivery;
