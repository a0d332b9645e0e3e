-- change_company(): an admin changes what the company is called, its language and its time zone.
--
-- A function and no direct update: what an admin does begins behind the company's lock, where it is asked once more
-- whether they are one (private.lock_company_as_admin()). An update would go by what was so when it began.

create function private.change_company(p_company_id uuid, p_name text, p_locale text, p_time_zone text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_fault constant text := coalesce(
    private.name_fault(p_name, 200),
    case when private.shown_name(p_name) = '' then 'A company has a name.' end,
    case when p_locale is not null and private.language_tag(p_locale) is null then 'A language is as de or pt-BR.' end
  );
begin
  perform private.lock_company_as_admin(p_company_id);
  if v_fault is not null then
    raise sqlstate 'PT422' using message = 'invalid_company', detail = v_fault;
  elsif p_time_zone is not null and not exists (select from private.time_zones where name = p_time_zone) then
    raise sqlstate 'PT422' using message = 'invalid_time_zone', detail = 'A time zone is one of the IANA''s, such as Europe/Lisbon.';
  end if;
  update public.companies
  set name = coalesce(p_name, name), locale = coalesce(p_locale, locale), time_zone = coalesce(p_time_zone, time_zone)
  where id = p_company_id;
end;
$$;

grant execute on function private.change_company(uuid, text, text, text) to authenticated;

create function public.change_company(p_company_id uuid, p_name text default null, p_locale text default null, p_time_zone text default null)
returns void
language sql
security invoker
set search_path = ''
as $$
  select private.change_company(p_company_id, p_name, p_locale, p_time_zone);
$$;

comment on function public.change_company(uuid, text, text, text) is
  'A company admin changes its name, language and time zone; what is left out stays. Errors: unauthenticated (401), forbidden (403), '
  'invalid_company, invalid_time_zone (422).';

grant execute on function public.change_company(uuid, text, text, text) to authenticated;
