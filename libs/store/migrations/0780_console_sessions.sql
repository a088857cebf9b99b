-- Sessions of the console: a cookie's hash, and who it stands for. What that person may do is asked for each time.
create schema console;
create table console.session (
  token_hash bytea primary key,
  kind text not null check (kind in ('administrator', 'account')),
  login text not null,
  -- A change of password, role or state makes another one, and the session ends.
  epoch bigint not null,
  client_address text not null,
  user_agent text not null,
  created_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index session_login on console.session (kind, login);
create index session_expires on console.session (expires_at);

grant usage on schema console to pochtar_console;
grant select, insert, update (seen_at, expires_at), delete on console.session to pochtar_console;
-- It serves HTTPS with the certificates of the installation, and follows the settings of TLS.
grant select on settings.section, settings.server_certificate to pochtar_console;
