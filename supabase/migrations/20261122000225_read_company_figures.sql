-- What platform admins read of a company's months, exactly. In a company of one it is what one person did, so there is no other way to
-- it than this one, which says why and is written down.
--
-- Called: by platform admins.

create function private.read_company_figures(p_company_id uuid, p_reason text, p_after date, p_limit int)
returns table (month date, people int, sessions int, missed int, cancelled int, counted_at timestamptz, pillars jsonb)
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_reason constant text := private.audited_reason(p_reason);
begin
  if not exists (select from public.companies c where c.id = p_company_id) then
    raise sqlstate 'PT404' using message = 'company_not_found', detail = 'There is no such company.';
  end if;
  perform private.write_audit('company_figures.read', 'companies', p_company_id::text, null, null,
    jsonb_build_object('after', p_after), jsonb_build_object('source', 'read_company_figures', 'reason', v_reason));
  return query
    select m.month, m.people, m.sessions, m.missed, m.cancelled, m.counted_at, (
      select coalesce(jsonb_agg(jsonb_build_object(
        'pillar_id', f.pillar_id, 'people', f.people, 'sessions', f.sessions, 'missed', f.missed, 'cancelled', f.cancelled
      ) order by f.pillar_id), '[]')
      from public.pillar_analytics f where f.company_id = m.company_id and f.month = m.month
    )
    from public.monthly_analytics m
    where m.company_id = p_company_id and (p_after is null or m.month < p_after)
    order by m.month desc
    limit least(greatest(coalesce(p_limit, 12), 1), 60);
end;
$$;

grant execute on function private.read_company_figures(uuid, text, date, int) to authenticated;

create function public.read_company_figures(p_company_id uuid, p_reason text, p_after date default null, p_limit int default 12)
returns table (month date, people int, sessions int, missed int, cancelled int, counted_at timestamptz, pillars jsonb)
language sql
security invoker
set search_path = ''
as $$
  select * from private.read_company_figures(p_company_id, p_reason, p_after, p_limit);
$$;

comment on function public.read_company_figures(uuid, text, date, int) is
  'A platform admin reads the sessions of a company''s people, exactly, by month and pillar: [{pillar_id, people, sessions, missed, cancelled}]. Each call is audited. '
  'p_after: the last month of the page before; p_limit: up to 60. Errors: forbidden (403), company_not_found (404), reason_required (422).';

grant execute on function public.read_company_figures(uuid, text, date, int) to authenticated;
