-- Invitations (T13): who was asked to join which company, and the links that let them.
--
-- Read:  admins of the company. Of the links: nobody; rows hold the SHA-256 of a secret, as those of
--        other links do.
-- Write: invite_employees(), resend_invitation(), revoke_invitation(), and accepting.
--
-- An address has one invitation to a company at a time, whatever becomes of it: it is mailed anew
-- with a new link, and the old one is void. Only an accepted one makes room for another.

insert into public.system_settings (key, value, minimum, maximum, description) values
  ('invitation_mails_per_day', '5', 1, 50, 'Most mails of one invitation in a day.'),
  ('invitation_retention_days', '30', 1, 365, 'How long an invitation is kept that was accepted or revoked or has expired.');

create table public.company_employee_invitations (
  id uuid primary key default gen_random_uuid(),
  company_id uuid not null references public.companies (id) on delete restrict,
  email public.email_address not null check (length(email) <= 254),
  role public.company_role not null default 'employee',
  full_name public.shown_name check (full_name <> '' and length(full_name) <= 100),
  locale public.language_tag,
  status text not null default 'pending' check (status in ('pending', 'accepted', 'revoked', 'expired')),
  expires_at timestamptz not null,
  sent_at timestamptz not null default now(),
  mails_since timestamptz not null default now(),
  mails int not null default 1 check (mails > 0),
  invited_by uuid references public.profiles (id) on delete set null,
  accepted_at timestamptz,
  accepted_by uuid references auth.users (id) on delete set null,
  revoked_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint expires_after_it_was_sent check (expires_at > sent_at),
  constraint accepted_at_iff_accepted check ((accepted_at is not null) = (status = 'accepted')),
  constraint only_the_accepted_have_somebody check (accepted_by is null or status = 'accepted'),
  constraint revoked_at_iff_revoked check ((revoked_at is not null) = (status = 'revoked'))
);

comment on table public.company_employee_invitations is 'An invitation of an address to a company.';
comment on column public.company_employee_invitations.full_name is 'The name by which the admin calls them. Never in the mail, and only suggested to who accepts.';
comment on column public.company_employee_invitations.status is
  'pending counts as a seat until expires_at; expired is written by a job, later than it is true.';
comment on column public.company_employee_invitations.invited_by is 'The admin who answers for it, having mailed it last. Without one, nobody accepts it.';
comment on column public.company_employee_invitations.mails is 'How many were sent since mails_since; a window lasts a day.';

create unique index company_employee_invitations_one_open_idx on public.company_employee_invitations (company_id, email)
  where status <> 'accepted';
create index company_employee_invitations_company_id_idx on public.company_employee_invitations (company_id, created_at desc);
create index company_employee_invitations_email_idx on public.company_employee_invitations (email);
create index company_employee_invitations_expires_at_idx on public.company_employee_invitations (expires_at);
create index company_employee_invitations_invited_by_idx on public.company_employee_invitations (invited_by);
create index company_employee_invitations_accepted_by_idx on public.company_employee_invitations (accepted_by);

create trigger touch_updated_at before update on public.company_employee_invitations
  for each row execute function private.touch_updated_at();
create trigger keep_in_form before insert or update of full_name, locale on public.company_employee_invitations
  for each row execute function private.keep_in_form('full_name', 'shown_name', 'locale', 'language_tag');

create table private.invitation_tokens (
  id uuid primary key default gen_random_uuid(),
  invitation_id uuid not null references public.company_employee_invitations (id) on delete cascade,
  token_hash text check (token_hash ~ '^[0-9a-f]{64}$'),
  attempts int not null default 0,
  max_attempts int not null default 5 check (max_attempts between 1 and 20),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  superseded_at timestamptz,
  constraint expires_after_creation check (expires_at > created_at),
  constraint attempts_are_limited check (attempts between 0 and max_attempts),
  constraint superseded_after_creation check (superseded_at >= created_at),
  constraint used_or_superseded check (used_at is null or superseded_at is null),
  constraint only_a_mailed_token_is_used check (used_at is null or token_hash is not null)
);

comment on table private.invitation_tokens is
  'One row per link of an invitation. Beside it, so that admins who read the invitation see no half of a link.';
comment on column private.invitation_tokens.token_hash is 'SHA-256 of the secret half, hex. Null until the mail is made.';
comment on column private.invitation_tokens.superseded_at is 'When a newer link took its place, or the invitation was revoked.';

create index invitation_tokens_invitation_id_idx on private.invitation_tokens (invitation_id);
create unique index invitation_tokens_one_live_idx on private.invitation_tokens (invitation_id)
  where used_at is null and superseded_at is null;

select private.keep_no_statistics('public.company_employee_invitations');

alter table public.company_employee_invitations enable row level security;
alter table public.company_employee_invitations force row level security;
alter table private.invitation_tokens enable row level security;
alter table private.invitation_tokens force row level security;
revoke all on table public.company_employee_invitations, private.invitation_tokens from public, anon, authenticated, service_role;
grant select (
  id, company_id, email, role, full_name, locale, status, expires_at, sent_at, mails_since, mails, invited_by,
  accepted_at, accepted_by, revoked_at, created_at, updated_at
) on public.company_employee_invitations to authenticated;
grant select on public.company_employee_invitations to service_role;

create policy "A company admin sees the invitations of their company"
  on public.company_employee_invitations for select to authenticated
  using (
    company_id = any(array(select private.my_company_ids('{admin}')))
    and expires_at >= (select private.shown_from('public.company_employee_invitations'))
  );
