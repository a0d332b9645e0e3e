-- Erasures (GDPR, Art. 17): the ledger of who is to be erased, and of each step that was done.
--
-- Read:  a person their own by my_erasure(); whoever has the number of one its receipt by erasure_receipt(). Operators as the owner.
-- Write: ask_erasure(), withdraw_erasure(), ask_erasure_for(), and the job that goes on with what is due. Nobody changes a line.
--
-- A line is written before anything is deleted, and a step in the transaction that does it. So whatever is killed goes on where it
-- was, and a database that was restored from an older backup is told what it had done: docs/decisions/an-erasure-is-a-ledger.md

insert into public.system_settings (key, value, minimum, maximum, description) values
  ('erasure_grace_days', '3', 1, 14, 'How long after it was asked for an erasure begins, so that it can be taken back.'),
  ('erasure_warning_days', '25', 1, 29, 'After how many days an erasure that is not done is told to operators. By Art. 12(3) there is a month.');

create table private.erasure_requests (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null,
  practice_id uuid,
  asked_by text not null check (asked_by in ('person', 'admin', 'replay')),
  asked_at timestamptz not null default now(),
  starts_at timestamptz not null,
  due_by timestamptz not null,
  try_after timestamptz default now(),
  constraint times_follow check (asked_at <= starts_at and starts_at <= due_by)
);

comment on table private.erasure_requests is 'Who is to be erased. Append-only but for try_after; what became of it are its steps.';
comment on column private.erasure_requests.user_id is 'The person. No foreign key: it outlives the account, and by then leads to nobody.';
comment on column private.erasure_requests.practice_id is 'The specialist that they were: below it lie their files.';
comment on column private.erasure_requests.due_by is 'A month after it was asked for (Art. 12(3)).';

comment on column private.erasure_requests.try_after is 'When the job looks at it next, so that it need not look at all of them. Null once it is done or withdrawn.';

create index erasure_requests_try_after_idx on private.erasure_requests (try_after, id) where try_after is not null;
create index erasure_requests_user_id_idx on private.erasure_requests (user_id);

create domain private.erasure_step as text check (value in (
  'withdrawn', 'sessions', 'practice', 'told', 'log', 'rows', 'account', 'rest_of_log', 'files', 'checked'
));
comment on domain private.erasure_step is 'The steps of an erasure, in their order but for withdrawn, which ends it before the first.';

create table private.erasure_steps (
  request_id uuid not null references private.erasure_requests (id),
  step private.erasure_step not null,
  done_at timestamptz not null default clock_timestamp(),
  counts jsonb not null default '{}' check (jsonb_typeof(counts) = 'object' and octet_length(counts::text) <= 16000),
  primary key (request_id, step)
);

comment on table private.erasure_steps is 'Steps that were done. With checked the erasure is complete.';
comment on column private.erasure_steps.counts is 'How many rows of which table it deleted or emptied; of checked, what stays.';

create trigger refuse_change before delete or update of id, user_id, practice_id, asked_by, asked_at, starts_at, due_by on private.erasure_requests
  for each row execute function private.refuse_change();
create trigger refuse_truncate before truncate on private.erasure_requests
  for each statement execute function private.refuse_change();
create function private.close_erasure()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  update private.erasure_requests set try_after = null where id = new.request_id;
  return null;
end;
$$;

comment on function private.close_erasure() is 'Trigger on erasure_steps: nobody looks any more at an erasure that is done or withdrawn.';

create trigger close_erasure after insert on private.erasure_steps
  for each row when (new.step in ('withdrawn', 'checked')) execute function private.close_erasure();

create trigger refuse_change before update or delete on private.erasure_steps
  for each row execute function private.refuse_change();
create trigger refuse_truncate before truncate on private.erasure_steps
  for each statement execute function private.refuse_change();

alter table private.erasure_requests enable row level security;
alter table private.erasure_requests force row level security;
alter table private.erasure_steps enable row level security;
alter table private.erasure_steps force row level security;
revoke all on table private.erasure_requests, private.erasure_steps from public, anon, authenticated, service_role;

create function private.next_erasure_step(p_request_id uuid)
returns text
language sql
stable
set search_path = ''
as $$
  select s from unnest(array['sessions', 'practice', 'told', 'log', 'rows', 'account', 'rest_of_log', 'files', 'checked']) with ordinality l (s, n)
  where not exists (select from private.erasure_steps d where d.request_id = p_request_id and d.step in (s, 'withdrawn', 'checked'))
  order by n limit 1;
$$;

comment on function private.next_erasure_step(uuid) is 'What an erasure has to do next; null where it is done, or was withdrawn.';

create function private.open_erasure(p_user_id uuid)
returns private.erasure_requests
language sql
stable
set search_path = ''
as $$
  select r from private.erasure_requests r
  where r.user_id = p_user_id and private.next_erasure_step(r.id) is not null
  order by r.asked_at limit 1;
$$;

comment on function private.open_erasure(uuid) is 'The erasure of a person that is not done; null where there is none.';

insert into private.personal_tables (table_name, purpose, basis, kept_for) values
  ('private.erasure_requests', 'erasing people, also anew after a backup was restored', 'legal_obligation', 'as long as an erasure is to be shown'),
  ('private.erasure_steps', 'erasing people', 'legal_obligation', 'as the request');
insert into private.personal_rows (table_name, party, condition, on_erasure, cleared, why_kept) values
  ('private.erasure_requests', 'self', 'r.user_id = $1', 'keep', '{}',
    'That an erasure was asked for and done is evidence (Art. 5(2) and 17(3)(e)), and needed to do it again; the id leads to nobody.'),
  ('private.erasure_steps', 'self', 'r.request_id in (select q.id from private.erasure_requests q where q.user_id = $1)', 'keep', '{}',
    'As the request. It counts rows, and holds nothing of them.');
select private.register_columns(t, c, category, exported_to, withheld) from (values
  ('private.erasure_requests', 'id user_id', 'identifier', 'self', null),
  ('private.erasure_requests', 'asked_by asked_at starts_at due_by', 'act', 'self', null),
  ('private.erasure_requests', 'practice_id', 'identifier', '', 'inner_working'),
  ('private.erasure_requests', 'try_after', 'technical', '', 'inner_working'),
  ('private.erasure_steps', 'request_id step done_at', 'act', 'self', null),
  ('private.erasure_steps', 'counts', 'technical', '', 'inner_working')
) l (t, c, category, exported_to, withheld);
