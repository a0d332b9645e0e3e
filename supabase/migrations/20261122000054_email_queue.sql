-- The work list of the outbox: what is queued, what is being sent, what was given up.
--
-- Read and write: SQL functions of this schema only. Rows come and go by the million, so they
-- are narrow, and their tables are vacuumed by number of dead rows instead of by share.

create table private.email_queue (
  mail_id bigint primary key,
  stream private.mail_stream not null,
  priority smallint not null check (priority in (0, 1)),
  due_at timestamptz not null
) with (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_cost_delay = 0,
  autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 100000
);

comment on table private.email_queue is
  'Mails that no batch has taken up yet. No foreign key to the log, whose months are dropped as a whole.';
comment on column private.email_queue.priority is '0: a person waits for it (security mail); 1: everything else.';
comment on column private.email_queue.due_at is 'Not to be sent before.';

create index email_queue_due_idx on private.email_queue (stream, priority, due_at, mail_id);

-- A snapshot, taken when the batch was made, which every try sends. The arrays run in parallel:
-- one row for up to a hundred mails keeps claiming and settling cheap.
create table private.email_batches (
  id uuid primary key default gen_random_uuid(),
  stream private.mail_stream not null,
  mail_ids bigint[] not null check (cardinality(mail_ids) between 1 and 100),
  template_ids bigint[] not null check (cardinality(template_ids) <= 100),
  locales text[] not null check (cardinality(locales) <= 100 and length(array_to_string(locales, '')) <= 3500),
  time_zones text[] not null check (cardinality(time_zones) <= 100 and length(array_to_string(time_zones, '')) <= 6400),
  lease uuid,
  due_at timestamptz not null,
  attempts int not null default 0 check (attempts >= 0),
  first_attempt_at timestamptz,
  last_error_code text check (last_error_code ~ '^[a-z0-9_]{1,100}$'),
  created_at timestamptz not null default now(),
  constraint arrays_run_in_parallel check (
    cardinality(template_ids) = cardinality(mail_ids)
    and cardinality(locales) = cardinality(mail_ids)
    and cardinality(time_zones) = cardinality(mail_ids)
  ),
  constraint a_lease_is_an_attempt check (lease is null or first_attempt_at is not null)
) with (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0,
  autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000
);

comment on table private.email_batches is
  'Mails that are sent in one request. The id is the idempotency key at the provider. The row goes when the batch is settled.';
comment on column private.email_batches.lease is 'The lease of the dispatcher that works on it, until due_at. Null: waits for its next try at due_at.';
comment on column private.email_batches.due_at is 'Deadline of the lease, or time of the next try.';
comment on column private.email_batches.attempts is 'Finished attempts that count. A lease that ran out counts.';

create index email_batches_due_idx on private.email_batches (stream, due_at);

create table private.email_dead_letters (
  mail_id bigint primary key,
  error_code text not null check (error_code ~ '^[a-z0-9_]{1,100}$'),
  failed_at timestamptz not null
);

comment on table private.email_dead_letters is
  'Mails in state failed, for redrive_emails() and for operators. Beside the log, because an index on its status is dear.';

create index email_dead_letters_error_code_idx on private.email_dead_letters (error_code, failed_at);
create index email_dead_letters_failed_at_idx on private.email_dead_letters (failed_at);

create table private.email_sender (
  singleton boolean primary key default true check (singleton),
  paused_until timestamptz,
  error_code text check (error_code ~ '^[a-z0-9_]{1,100}$'),
  updated_at timestamptz not null default now()
);

comment on table private.email_sender is 'One row: whether sending is paused, and why (quota used up, key refused).';

insert into private.email_sender default values;

create trigger touch_updated_at before update on private.email_sender
  for each row execute function private.touch_updated_at();

alter table private.email_queue enable row level security;
alter table private.email_queue force row level security;
alter table private.email_batches enable row level security;
alter table private.email_batches force row level security;
alter table private.email_dead_letters enable row level security;
alter table private.email_dead_letters force row level security;
alter table private.email_sender enable row level security;
alter table private.email_sender force row level security;
revoke all on table private.email_queue, private.email_batches, private.email_dead_letters,
  private.email_sender
  from public, anon, authenticated, service_role;
