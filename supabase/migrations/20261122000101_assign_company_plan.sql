-- assign_company_plan(): a platform admin gives a company its plan, changes it, suspends or cancels it.
--
-- An assignment says everything anew: what it leaves out is as the plan has it. Allowed:
--   none, or cancelled  -> active; trial, if the company never had one
--   trial               -> trial (longer, or another plan), active, suspended, cancelled
--   active              -> active (another plan), suspended, cancelled
--   suspended           -> active, suspended, cancelled

create function private.check_plan_transition(p_company_id uuid, p_from text, p_to text)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if not coalesce(p_to = any(case p_from
      when 'trial' then array['trial', 'active', 'suspended', 'cancelled']
      when 'active' then array['active', 'suspended', 'cancelled']
      when 'suspended' then array['active', 'suspended', 'cancelled']
      else array['trial', 'active']
    end), false)
    or p_to = 'trial' and p_from is null and exists (
      select from public.company_subscriptions where company_id = p_company_id and trial_ends_on is not null
    )
  then
    raise sqlstate 'PT409' using message = 'transition_not_allowed',
      detail = jsonb_build_object('from', p_from, 'to', left(p_to, 20))::text;
  end if;
end;
$$;

comment on function private.check_plan_transition(uuid, text, text) is
  'Refuses a change of state that is not allowed: transition_not_allowed. p_from is null where nothing is live.';

create function private.subscription_json(p_subscription_id uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'id', s.id, 'company_id', s.company_id, 'plan', p.slug, 'status', s.status, 'starts_on', s.starts_on, 'ends_on', s.ends_on,
    'trial_ends_on', s.trial_ends_on, 'seats', coalesce(s.seats, p.seats),
    'sessions_per_month', p.sessions_per_month, 'features', p.features
  )
  from public.company_subscriptions s join public.company_subscription_plans p on p.id = s.plan_id
  where s.id = p_subscription_id;
$$;

comment on function private.subscription_json(uuid) is 'A subscription as assign_company_plan() answers it.';

create function private.mail_plan(p_subscription_id uuid, p_was_trial boolean)
returns void
language plpgsql
set search_path = ''
as $$
declare
  s public.company_subscriptions;
  p public.company_subscription_plans;
begin
  select * into s from public.company_subscriptions where id = p_subscription_id;
  select * into p from public.company_subscription_plans where id = s.plan_id;
  perform private.mail_company_admins(
    s.company_id, case when s.status in ('trial', 'active') then 'plan_assigned' else 'plan_ended' end,
    jsonb_build_object(
      'plan_name', p.name, 'seats', coalesce(s.seats, p.seats), 'sessions_per_month', p.sessions_per_month,
      'starts_on', s.starts_on, 'ends_on', least(s.ends_on, case when s.status = 'trial' then s.trial_ends_on end),
      'is_trial', s.status = 'trial' or p_was_trial and s.status = 'suspended'
    ),
    format('plan:%s:%s', s.id, extract(epoch from s.updated_at))
  );
end;
$$;

comment on function private.mail_plan(uuid, boolean) is 'Tells the admins of a company what its plan has become.';

-- The row that the assignment asks for, of which nothing is stored yet.
create function private.wanted_subscription(
  p_company public.companies, p_plan public.company_subscription_plans, p_live public.company_subscriptions,
  p_status text, p_starts_on date, p_ends_on date, p_trial_days int, p_seats int, p_auto_renew boolean, p_reason text
)
returns public.company_subscriptions
language plpgsql
stable
set search_path = ''
as $$
declare
  v_today constant date := (now() at time zone p_company.time_zone)::date;
  v_trial_days constant int := coalesce(p_trial_days, p_plan.trial_days);
  v_starts_on constant date := coalesce(p_starts_on, p_live.starts_on, v_today);
  s public.company_subscriptions := p_live;
begin
  if p_status = 'cancelled' then
    s.status := p_status;
    s.cancelled_at := now();
    s.cancellation_reason := trim(p_reason);
    s.ends_on := greatest(s.starts_on, least(s.ends_on, v_today));
    return s;
  end if;
  -- In between, the company would have nothing.
  if v_starts_on not between v_today - 3660 and v_today + 366
    or p_live.status in ('trial', 'active') and v_starts_on > greatest(v_today, p_live.starts_on)
  then
    raise sqlstate 'PT422' using message = 'invalid_start', detail = 'A plan starts within a year, and a change of one at once.';
  elsif p_status = 'trial' and v_trial_days not between 1 and 365 then
    raise sqlstate 'PT422' using message = 'invalid_trial', detail = 'A trial lasts 1 to 365 days.';
  end if;
  s.company_id := p_company.id;
  s.plan_id := p_plan.id;
  s.status := p_status;
  s.time_zone := p_company.time_zone;
  s.starts_on := v_starts_on;
  s.ends_on := p_ends_on;
  s.trial_ends_on := case when p_status = 'trial' then s.starts_on + v_trial_days - 1 else s.trial_ends_on end;
  s.seats := p_seats;
  s.auto_renew := coalesce(p_auto_renew, s.auto_renew, false);
  s.assigned_by := private.user_id();
  if s.ends_on < s.starts_on or not isfinite(s.ends_on) or p_status = 'trial' and s.ends_on < s.trial_ends_on then
    raise sqlstate 'PT422' using message = 'invalid_end', detail = 'A plan ends on a day after it has started, and after its trial.';
  elsif p_seats not between 1 and 100000 then
    raise sqlstate 'PT422' using message = 'invalid_seats', detail = 'There are 1 to 100000 seats.';
  end if;
  return s;
end;
$$;

comment on function private.wanted_subscription(
  public.companies, public.company_subscription_plans, public.company_subscriptions, text, date, date, int, int, boolean, text
) is 'The subscription that an assignment asks for. Errors: invalid_start, invalid_end, invalid_trial, invalid_seats (422).';

create function private.check_seats_suffice(p_wanted public.company_subscriptions, p_plan public.company_subscription_plans, p_reason text)
returns void
language plpgsql
stable
set search_path = ''
as $$
declare
  v_now constant jsonb := private.company_seats(p_wanted.company_id);
  v_seats constant int := coalesce(p_wanted.seats, p_plan.seats);
begin
  if p_wanted.status in ('trial', 'active') and p_reason is null and (v_now ->> 'members')::int > v_seats then
    raise sqlstate 'PT409' using message = 'seats_below_members', detail = (v_now || jsonb_build_object('limit', v_seats))::text;
  end if;
end;
$$;

comment on function private.check_seats_suffice(public.company_subscriptions, public.company_subscription_plans, text) is
  'Refuses fewer seats than there are members, unless a reason forces it: seats_below_members.';

create function private.store_subscription(p_wanted public.company_subscriptions)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  v_id uuid := coalesce(p_wanted.id, gen_random_uuid());
begin
  insert into public.company_subscriptions as s (
    id, company_id, plan_id, status, time_zone, starts_on, ends_on, trial_ends_on, seats, auto_renew,
    cancelled_at, cancellation_reason, assigned_by
  ) values (
    v_id, p_wanted.company_id, p_wanted.plan_id, p_wanted.status, p_wanted.time_zone, p_wanted.starts_on, p_wanted.ends_on, p_wanted.trial_ends_on,
    p_wanted.seats, p_wanted.auto_renew, p_wanted.cancelled_at, p_wanted.cancellation_reason, p_wanted.assigned_by
  )
  on conflict (id) do update
  set plan_id = excluded.plan_id, status = excluded.status, time_zone = excluded.time_zone, starts_on = excluded.starts_on, ends_on = excluded.ends_on,
      trial_ends_on = excluded.trial_ends_on, seats = excluded.seats, auto_renew = excluded.auto_renew,
      cancelled_at = excluded.cancelled_at, cancellation_reason = excluded.cancellation_reason, assigned_by = excluded.assigned_by;
  return v_id;
end;
$$;

comment on function private.store_subscription(public.company_subscriptions) is 'Writes a subscription, new or changed. Returns its id.';

create function private.assign_company_plan(
  p_company_id uuid, p_plan text, p_status text, p_starts_on date, p_ends_on date, p_trial_days int, p_seats int,
  p_auto_renew boolean, p_reason text, p_context jsonb
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_reason constant text := nullif(trim(p_reason), '');
  v_company public.companies;
  v_plan public.company_subscription_plans;
  v_live public.company_subscriptions;
  v_wanted public.company_subscriptions;
  v_old jsonb;
  v_id uuid;
begin
  perform private.require_platform_admin();
  if length(v_reason) not between 5 and 500 or v_reason is null and p_status = 'cancelled' then
    raise sqlstate 'PT422' using message = 'reason_required', detail = 'Say why, in 5 to 500 characters.';
  end if;
  v_company := private.lock_company(p_company_id);
  select * into v_plan from public.company_subscription_plans where slug = p_plan;
  if v_company.id is null or v_plan.id is null then
    raise sqlstate 'PT404' using message = 'not_found', detail = 'There is no such company or plan.';
  end if;
  select * into v_live from public.company_subscriptions where company_id = p_company_id and status <> 'cancelled' for update;
  perform private.check_plan_transition(p_company_id, v_live.status, p_status);
  if not v_plan.is_active and v_plan.id is distinct from v_live.plan_id and p_status <> 'cancelled' then
    raise sqlstate 'PT422' using message = 'plan_inactive', detail = 'This plan is no longer given.';
  end if;
  v_wanted := private.wanted_subscription(
    v_company, v_plan, v_live, p_status, p_starts_on, p_ends_on, p_trial_days, p_seats, p_auto_renew, v_reason
  );
  perform private.check_seats_suffice(v_wanted, v_plan, v_reason);
  if to_jsonb(v_wanted) - 'assigned_by' is distinct from to_jsonb(v_live) - 'assigned_by' then
    v_old := private.subscription_json(v_live.id);
    v_id := private.store_subscription(v_wanted);
    perform private.write_audit(
      'company.plan_assigned', 'company_subscriptions', v_id::text, null,
      v_old, private.subscription_json(v_id),
      private.caller_context(p_context, 'assign_company_plan') || jsonb_strip_nulls(jsonb_build_object('reason', v_reason))
    );
    perform private.mail_plan(v_id, v_live.status = 'trial');
  end if;
  return private.subscription_json(coalesce(v_id, v_live.id));
end;
$$;

grant execute on function private.assign_company_plan(uuid, text, text, date, date, int, int, boolean, text, jsonb) to authenticated;

create function public.assign_company_plan(
  p_company_id uuid, p_plan text, p_status text, p_starts_on date default null, p_trial_days int default null,
  p_seats int default null, p_force_reason text default null, p_context jsonb default null,
  p_ends_on date default null, p_auto_renew boolean default null
)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.assign_company_plan(
    p_company_id, p_plan, p_status, p_starts_on, p_ends_on, p_trial_days, p_seats, p_auto_renew, p_force_reason, p_context
  );
$$;

comment on function public.assign_company_plan(uuid, text, text, date, int, int, text, jsonb, date, boolean) is
  'A platform admin gives a company a plan. p_force_reason: why fewer seats than members are right, and why a plan is cancelled. '
  'The same again changes nothing. Answers the subscription. Errors: unauthenticated (401), forbidden (403), not_found (404), '
  'transition_not_allowed, seats_below_members (409, detail in JSON), plan_inactive, reason_required, invalid_start, invalid_end, '
  'invalid_trial, invalid_seats (422).';

grant execute on function public.assign_company_plan(uuid, text, text, date, int, int, text, jsonb, date, boolean) to authenticated;
