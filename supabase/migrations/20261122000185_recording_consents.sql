-- Consents to being recorded: of each of the two, to one session, in a version of the text, until it is taken back.
--
-- Read:  the employee and the specialist of the session.
-- Write: give_recording_consent() and revoke_recording_consent(). A consent that was taken back stays, with when.

create table public.recording_consents (
  id uuid primary key default gen_random_uuid(),
  booking_id uuid not null references public.bookings (id) on delete cascade,
  party text not null check (party in ('employee', 'specialist')),
  user_id uuid references auth.users (id) on delete set null,
  version text not null check (length(version) <= 20),
  given_at timestamptz not null default now(),
  revoked_at timestamptz,
  constraint revoked_after_given check (revoked_at >= given_at)
);

comment on table public.recording_consents is 'That one of the two of a session consents, or did, to its being recorded.';
comment on column public.recording_consents.user_id is 'Whose it is. Null once their account is gone.';
comment on column public.recording_consents.version is 'Of the text that they consented to.';

create unique index recording_consents_one_open_idx on public.recording_consents (booking_id, party) where revoked_at is null;
create index recording_consents_booking_id_idx on public.recording_consents (booking_id, given_at);
create index recording_consents_user_id_idx on public.recording_consents (user_id);

select private.keep_no_statistics('public.recording_consents');

alter table public.recording_consents enable row level security;
alter table public.recording_consents force row level security;
revoke all on table public.recording_consents from public, anon, authenticated, service_role;
grant select (id, booking_id, party, version, given_at, revoked_at) on public.recording_consents to authenticated;
grant select on public.recording_consents to service_role;

-- Visible exactly when the booking is: the inner select is filtered by the policy of bookings.
create policy "Employee and specialist see the consents to their session"
  on public.recording_consents for select to authenticated
  using (exists (select from public.bookings b where b.id = booking_id));

insert into public.system_settings (key, value, description) values
  ('recording_consent_version', '"2026-11"', 'The version in force of the text by which people consent to a recording.');

create function private.both_consent(p_booking_id uuid)
returns boolean
language sql
stable
set search_path = ''
as $$
  select count(*) = 2 from public.recording_consents
  where booking_id = p_booking_id and revoked_at is null and version = private.setting('recording_consent_version') #>> '{}';
$$;

comment on function private.both_consent(uuid) is 'Whether both of a session consent to its being recorded, in the version of the text that is in force.';

create function private.give_recording_consent(p_booking_id uuid, p_version text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_booking public.bookings := private.session_of_two(p_booking_id);
  v_party text;
  v_consent_id uuid;
begin
  v_booking := private.lock_booking(p_booking_id);
  v_party := case when v_booking.employee_id = private.user_id() then 'employee' else 'specialist' end;
  if v_booking.status not in ('confirmed', 'completed') or v_booking.employee_id is null then
    raise sqlstate 'PT422' using message = 'rule_violation', detail = 'A session is recorded that is booked or took place.';
  elsif p_version is distinct from private.setting('recording_consent_version') #>> '{}' then
    raise sqlstate 'PT409' using message = 'version_not_in_force', detail = 'Another version of this text is in force.';
  end if;
  -- A later version takes the place of an earlier one: what was recorded by that stays.
  update public.recording_consents set revoked_at = now()
  where booking_id = p_booking_id and party = v_party and revoked_at is null and version <> p_version;
  insert into public.recording_consents (booking_id, party, user_id, version)
  values (p_booking_id, v_party, private.user_id(), p_version)
  on conflict do nothing
  returning id into v_consent_id;
  if found then
    perform private.write_audit('recording_consent.given', 'recording_consents', v_consent_id::text, private.user_id(), null,
      jsonb_build_object('version', p_version), '{"source": "give_recording_consent"}');
  end if;
end;
$$;

grant execute on function private.give_recording_consent(uuid, text) to authenticated;

create function public.give_recording_consent(p_booking_id uuid, p_version text)
returns void
language sql
security invoker
set search_path = ''
as $$
  select private.give_recording_consent(p_booking_id, p_version);
$$;

comment on function public.give_recording_consent(uuid, text) is
  'The caller consents to the recording of one session of theirs, in the version of the text that is in force. Idempotent. '
  'Errors: unauthenticated (401), not_found (404), version_not_in_force (409), rule_violation (422), rate_limited (429).';

grant execute on function public.give_recording_consent(uuid, text) to authenticated;
