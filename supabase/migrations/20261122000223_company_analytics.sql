-- What a company reads of its months: as it was released, newest first.
--
-- Called: by admins of the company.

create function public.company_analytics(p_company_id uuid, p_after date default null, p_limit int default 12)
returns table (month date, people int, pillars jsonb, released_at timestamptz)
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  if p_company_id is null or not p_company_id = any(array(select private.my_company_ids('{admin}'))) then
    raise sqlstate 'PT404' using message = 'company_not_found', detail = 'There is no such company of yours.';
  end if;
  return query
    select r.month, r.people, (
      select coalesce(jsonb_agg(jsonb_build_object('pillar_id', f.pillar_id, 'people', f.people) order by f.pillar_id), '[]')
      from public.company_analytics_pillars f where f.company_id = r.company_id and f.month = r.month
    ), r.released_at
    from public.company_analytics_months r
    where r.company_id = p_company_id and (p_after is null or r.month < p_after)
    order by r.month desc
    limit least(greatest(coalesce(p_limit, 12), 1), 60);
end;
$$;

comment on function public.company_analytics(uuid, date, int) is
  'About how many people of a company had a session, by month and pillar: [{pillar_id, people}]. null: withheld, as too few had one or too few had none. '
  'p_after: the last month of the page before; p_limit: up to 60. Errors: company_not_found (404).';

grant execute on function public.company_analytics(uuid, date, int) to authenticated;
