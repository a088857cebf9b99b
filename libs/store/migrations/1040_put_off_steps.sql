-- First steps of a new server that somebody has put off, with the reason.
create table settings.put_off_step (
  step text not null,
  -- Whose step it is, where each administrator has one of their own (the password); null: the server's.
  administrator_id bigint references directory.administrator on delete cascade,
  reason text not null check (char_length(reason) between 1 and 200),
  author text not null,
  put_off_at timestamptz not null default now(),
  unique nulls not distinct (step, administrator_id)
);
grant select, insert, update, delete on settings.put_off_step to pochtar_settings;
