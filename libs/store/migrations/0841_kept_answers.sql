-- Answers to changes that were asked for with an Idempotency-Key, so that the same question again is answered and nothing
-- done twice. Neither the key nor the answer can be read from a row: one is a keyed hash, the other is sealed for who knows
-- the key, since an answer may show a secret that is shown once.
create table console.kept_answer (
  author text not null,
  -- a keyed hash of author and Idempotency-Key
  id bytea not null,
  -- a keyed hash of the route, what was sent, and the rights of who asked
  request bytea not null,
  begun_at timestamptz not null default now(),
  -- who has not ended it by then was cut off, and nobody knows whether it was done
  due_at timestamptz not null,
  -- status and body, sealed; null: under way
  answer bytea,
  primary key (author, id)
);
create index kept_answer_begun on console.kept_answer (begun_at);
create index kept_answer_author on console.kept_answer (author, begun_at);
grant select, insert, update (request, begun_at, due_at, answer), delete on console.kept_answer to pochtar_console;
