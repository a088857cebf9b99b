-- RFC 8601 §2.7.3: whether the name of the client's address led back to it, as found during the dialogue. Null: not looked up.
alter table queue.mail add column iprev text check (iprev in ('pass', 'fail', 'temperror', 'permerror'));
