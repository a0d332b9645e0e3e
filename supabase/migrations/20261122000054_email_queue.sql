-- The work list of the outbox: what is queued, what is being sent, what was given up.
--
-- Read and write: SQL functions of this schema only. Rows come and go by the million, so they
-- are narrow, and their tables are vacuumed by number of dead rows instead of by share.

create table private.email_queue (
  mail_id bigint primary key,
  stream private.mail_stream not null,
  priority smallint not null check (priority in (0, 1)),
  ready_in xid8,
  due_at timestamptz not null
) with (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_cost_delay = 0,
  autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 100000
);

comment on table private.email_queue is 'Mails that no batch has taken up yet.';
comment on column private.email_queue.priority is '0: a person waits for it (security mail); 1: everything else.';
comment on column private.email_queue.ready_in is 'The transaction that put it into line. Null: it waits for due_at first.';
comment on column private.email_queue.due_at is 'Not to be sent before.';

create index email_queue_ready_idx on private.email_queue (stream, priority, ready_in, mail_id) where ready_in is not null;
create index email_queue_waiting_idx on private.email_queue (stream, due_at, mail_id) where ready_in is null;

-- A snapshot, taken when the batch was made, which every try sends. The arrays run in parallel:
-- one row for up to a hundred mails keeps claiming and settling cheap.
create table private.email_batches (
  id uuid primary key default gen_random_uuid(),
  stream private.mail_stream not null,
  mail_ids bigint[] not null check (cardinality(mail_ids) between 1 and 100),
  template_ids bigint[] not null check (cardinality(template_ids) <= 100),
  locales text[] not null check (cardinality(locales) <= 100 and length(array_to_string(locales, '')) <= 3500),
  time_zones text[] not null check (cardinality(time_zones) <= 100 and length(array_to_string(time_zones, '')) <= 6400),
  withdrawn_ids bigint[] not null default '{}' check (cardinality(withdrawn_ids) <= 100),
  withdrawn_codes text[] not null default '{}' check (cardinality(withdrawn_codes) <= 100 and length(array_to_string(withdrawn_codes, '')) <= 10000),
  lease uuid,
  leased_in xid8,
  due_at timestamptz not null,
  attempts int not null default 0 check (attempts >= 0),
  first_attempt_at timestamptz,
  last_error_code text check (last_error_code ~ '^[a-z0-9_]{1,100}$'),
  created_at timestamptz not null default now(),
  constraint arrays_run_in_parallel check (
    cardinality(template_ids) = cardinality(mail_ids)
    and cardinality(locales) = cardinality(mail_ids)
    and cardinality(time_zones) = cardinality(mail_ids)
    and cardinality(withdrawn_codes) = cardinality(withdrawn_ids)
  ),
  constraint a_lease_is_an_attempt check (lease is null or first_attempt_at is not null),
  constraint a_lease_was_taken check ((lease is null) = (leased_in is null))
) with (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0,
  autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000
);

comment on table private.email_batches is
  'Mails that are sent in one request. The id is the idempotency key at the provider. The row goes when the batch is settled.';
comment on column private.email_batches.withdrawn_ids is 'Mails that were in it until a later look found them useless: private.withdraw_emails().';
comment on column private.email_batches.withdrawn_codes is 'Why, in the order of withdrawn_ids.';
comment on column private.email_batches.lease is 'The lease of the dispatcher that works on it, until due_at. Null: waits for its next try at due_at.';
comment on column private.email_batches.leased_in is 'The transaction that leased it.';
comment on column private.email_batches.due_at is 'Deadline of the lease, or time of the next try.';
comment on column private.email_batches.attempts is 'Finished attempts that count. A lease that ran out counts.';

create index email_batches_leased_idx on private.email_batches (stream, leased_in) where lease is not null;
create index email_batches_waiting_idx on private.email_batches (stream, due_at) where lease is null;

-- Rows that were deleted stay in an index until vacuum may remove them, which it may not while some session keeps an old
-- snapshot. So whoever looks for what comes next begins here instead of walking past all that was there before.
create table private.email_marks (
  stream private.mail_stream,
  line text check (line in ('urgent', 'usual', 'leased')),
  mark xid8 not null default '0',
  mail_id bigint not null default 0,
  primary key (stream, line)
) with (fillfactor = 10);

comment on table private.email_marks is 'From where on the lines of the outbox hold anything: private.email_mark().';
comment on column private.email_marks.line is 'urgent, usual: email_queue by priority. leased: email_batches.';
comment on column private.email_marks.mark is 'No row of the line was put there by an earlier transaction, or ever will be.';
comment on column private.email_marks.mail_id is 'Nor a mail before this one by that transaction: it may have put a million there.';

insert into private.email_marks (stream, line)
select s, l from unnest(array['mail', 'reminder']) s cross join unnest(array['urgent', 'usual', 'leased']) l;

-- A row carries the transaction that put it into its line. All transactions before the oldest that still runs have ended:
-- of theirs, every row that will ever be there is there now. So the mark moves up to the first row that is there, and no
-- further than to that transaction. A row that another dispatcher is taking still counts: it may come back.
create function private.email_mark(p_stream text, p_line text, out mark xid8, out mail_id bigint)
language plpgsql
set search_path = ''
as $$
declare
  v_oldest xid8;
  v_first xid8;
  v_first_mail bigint;
begin
  select m.mark, m.mail_id into mark, mail_id from private.email_marks m where m.stream = p_stream and m.line = p_line;
  -- One from the future was made by another server, of which this is a copy.
  if mark > pg_snapshot_xmax(pg_current_snapshot()) then
    mark := '0';
  end if;
  -- The oldest transaction and the first row by one look, which is one statement.
  if p_line = 'leased' then
    select pg_snapshot_xmin(pg_current_snapshot()), f.leased_in, 0 into v_oldest, v_first, v_first_mail
    from (values (1)) one left join lateral (
      select b.leased_in from private.email_batches b
      where b.stream = p_stream and b.lease is not null and b.leased_in >= mark
      order by b.leased_in limit 1
    ) f on true;
  else
    select pg_snapshot_xmin(pg_current_snapshot()), f.ready_in, f.mail_id into v_oldest, v_first, v_first_mail
    from (values (1)) one left join lateral (
      select q.ready_in, q.mail_id from private.email_queue q
      where q.stream = p_stream and q.priority = case p_line when 'urgent' then 0 else 1 end
        and q.ready_in is not null and (q.ready_in, q.mail_id) >= (mark, email_mark.mail_id)
      order by q.ready_in, q.mail_id limit 1
    ) f on true;
  end if;
  if (v_first < v_oldest) is not true then
    v_first := v_oldest;
    v_first_mail := 0;
  end if;
  if (v_first, v_first_mail) > (mark, mail_id) then
    mark := v_first;
    mail_id := v_first_mail;
    -- Nobody waits for it: whoever comes next moves it as well.
    perform from private.email_marks m where m.stream = p_stream and m.line = p_line for no key update skip locked;
    if found then
      update private.email_marks m set mark = v_first, mail_id = v_first_mail
      where m.stream = p_stream and m.line = p_line and (m.mark, m.mail_id) < (v_first, v_first_mail);
    end if;
  end if;
end;
$$;

comment on function private.email_mark(text, text) is 'Moves the mark of a line as far as it goes, and returns it.';

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
alter table private.email_marks enable row level security;
alter table private.email_marks force row level security;
alter table private.email_dead_letters enable row level security;
alter table private.email_dead_letters force row level security;
alter table private.email_sender enable row level security;
alter table private.email_sender force row level security;
revoke all on table private.email_queue, private.email_batches, private.email_marks, private.email_dead_letters,
  private.email_sender
  from public, anon, authenticated, service_role;
