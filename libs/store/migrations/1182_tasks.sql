-- Long work that is done piece by piece: one row a task. Whoever works on it has it by a lease; how far it came is written
-- with each piece, so that another process goes on where one has died. What is worked on is fixed when the task is made.
create schema task;

create table task.task (
  id bigint generated always as identity primary key,
  -- what is done: queue.retry …; who knows how takes it
  kind text not null,
  -- how: what the question asked
  input jsonb not null,
  -- the objects, in their order; null when it has ended
  items uuid[],
  state text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'cancelled', 'failed')),
  -- of the objects so many are done with, one way or another
  place int not null default 0,
  total int not null,
  changed int not null default 0,
  -- of those that were left, how many for which reason
  skipped jsonb not null default '{}',
  is_cancelled boolean not null default false,
  fault text,
  -- whose it is: it may no more than he may
  author text not null,
  role text not null,
  login text,
  -- domains; null: all
  scope bigint[],
  lease_owner uuid,
  lease_until timestamptz,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz
);
create index task_open on task.task (id) where state in ('waiting', 'running');

grant usage on schema task to pochtar_delivery, pochtar_tasks;
grant select, insert, update, delete on task.task to pochtar_delivery, pochtar_tasks;
