-- The register of personal data: what people did, and figures of many.

insert into private.personal_tables (table_name, purpose, basis, kept_for) values
  ('public.user_activity_logs', 'how many people are active', 'legitimate_interest', 'user_activity_retention_days');
insert into private.personal_tables (table_name, purpose, basis, kept_for)
select t, 'how many people use what', 'none', 'as long as it is of use' from unnest(array[
  'public.monthly_analytics', 'public.pillar_analytics', 'private.uncounted_months', 'public.company_analytics_months', 'public.company_analytics_pillars'
]) t;

insert into private.personal_rows (table_name, party, condition, on_erasure) values
  ('public.user_activity_logs', 'self', 'r.user_id = $1', 'with_account');

select private.register_columns(t, c, category, exported_to, withheld) from (values
  ('public.user_activity_logs', 'user_id', 'identifier', 'self', null),
  ('public.user_activity_logs', 'day activity', 'health', 'self', null),
  ('public.monthly_analytics', 'company_id month people sessions missed cancelled counted_at', 'none', '', null),
  ('public.pillar_analytics', 'company_id pillar_id month people sessions missed cancelled counted_at', 'none', '', null),
  ('private.uncounted_months', 'id company_id month', 'none', '', null),
  ('public.company_analytics_months', 'company_id month people released_at', 'none', '', null),
  ('public.company_analytics_pillars', 'company_id month pillar_id people', 'none', '', null)
) l (t, c, category, exported_to, withheld);
