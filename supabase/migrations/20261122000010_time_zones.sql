-- Time zones: the names a person may choose.
--
-- pg_timezone_names reads the zone files from disk at every scan (tens of milliseconds), too
-- slow for a sign-up; a foreign key to this copy is declarative and costs one index probe.
-- Read and write: nobody but the owner.

create table private.time_zones (
  name text primary key check (length(name) <= 64)
);

comment on table private.time_zones is 'IANA time zone names known to this server, copied from pg_timezone_names.';

alter table private.time_zones enable row level security;
alter table private.time_zones force row level security;
revoke all on table private.time_zones from public, anon, authenticated, service_role;

-- Run again after an upgrade of the server's time zone data: it only ever adds.
create function private.load_time_zones()
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_added int;
begin
  insert into private.time_zones (name)
  select z.name
  from pg_catalog.pg_timezone_names z
  where length(z.name) <= 64 and z.name ~ '^[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$' and z.name <> 'Factory'
  on conflict do nothing;
  get diagnostics v_added = row_count;
  return v_added;
end;
$$;

comment on function private.load_time_zones() is 'Copies the server''s zone names. Idempotent; returns how many are new.';

select private.load_time_zones();

-- Browsers go on using names that the tz database has replaced (Chrome says Asia/Calcutta), and a server may come
-- without them. Alias and name in use today, from its file `backward` (2025b).
create function private.zone_name(p_name text)
returns text
language sql
stable
set search_path = ''
as $$
  select z.name from private.time_zones z
  where z.name in (p_name, (
    select split_part(l, ' ', 2) from regexp_split_to_table(
$links$
Africa/Asmera Africa/Nairobi, Africa/Timbuktu Africa/Abidjan,
America/Argentina/ComodRivadavia America/Argentina/Catamarca, America/Atka America/Adak,
America/Buenos_Aires America/Argentina/Buenos_Aires, America/Catamarca America/Argentina/Catamarca,
America/Coral_Harbour America/Panama, America/Cordoba America/Argentina/Cordoba, America/Ensenada America/Tijuana,
America/Fort_Wayne America/Indiana/Indianapolis, America/Godthab America/Nuuk,
America/Indianapolis America/Indiana/Indianapolis, America/Jujuy America/Argentina/Jujuy,
America/Knox_IN America/Indiana/Knox, America/Kralendijk America/Puerto_Rico,
America/Louisville America/Kentucky/Louisville, America/Lower_Princes America/Puerto_Rico,
America/Marigot America/Puerto_Rico, America/Mendoza America/Argentina/Mendoza, America/Montreal America/Toronto,
America/Nipigon America/Toronto, America/Pangnirtung America/Iqaluit, America/Porto_Acre America/Rio_Branco,
America/Rainy_River America/Winnipeg, America/Rosario America/Argentina/Cordoba,
America/Santa_Isabel America/Tijuana, America/Shiprock America/Denver, America/St_Barthelemy America/Puerto_Rico,
America/Thunder_Bay America/Toronto, America/Virgin America/Puerto_Rico, America/Yellowknife America/Edmonton,
Antarctica/South_Pole Pacific/Auckland, Arctic/Longyearbyen Europe/Berlin, Asia/Ashkhabad Asia/Ashgabat,
Asia/Calcutta Asia/Kolkata, Asia/Choibalsan Asia/Ulaanbaatar, Asia/Chongqing Asia/Shanghai,
Asia/Chungking Asia/Shanghai, Asia/Dacca Asia/Dhaka, Asia/Harbin Asia/Shanghai, Asia/Istanbul Europe/Istanbul,
Asia/Kashgar Asia/Urumqi, Asia/Katmandu Asia/Kathmandu, Asia/Macao Asia/Macau, Asia/Rangoon Asia/Yangon,
Asia/Saigon Asia/Ho_Chi_Minh, Asia/Tel_Aviv Asia/Jerusalem, Asia/Thimbu Asia/Thimphu,
Asia/Ujung_Pandang Asia/Makassar, Asia/Ulan_Bator Asia/Ulaanbaatar, Atlantic/Faeroe Atlantic/Faroe,
Atlantic/Jan_Mayen Europe/Berlin, Australia/ACT Australia/Sydney, Australia/Canberra Australia/Sydney,
Australia/Currie Australia/Hobart, Australia/LHI Australia/Lord_Howe, Australia/NSW Australia/Sydney,
Australia/North Australia/Darwin, Australia/Queensland Australia/Brisbane, Australia/South Australia/Adelaide,
Australia/Tasmania Australia/Hobart, Australia/Victoria Australia/Melbourne, Australia/West Australia/Perth,
Australia/Yancowinna Australia/Broken_Hill, Brazil/Acre America/Rio_Branco, Brazil/DeNoronha America/Noronha,
Brazil/East America/Sao_Paulo, Brazil/West America/Manaus, Canada/Atlantic America/Halifax,
Canada/Central America/Winnipeg, Canada/Eastern America/Toronto, Canada/Mountain America/Edmonton,
Canada/Newfoundland America/St_Johns, Canada/Pacific America/Vancouver, Canada/Saskatchewan America/Regina,
Canada/Yukon America/Whitehorse, Chile/Continental America/Santiago, Chile/EasterIsland Pacific/Easter,
Cuba America/Havana, Egypt Africa/Cairo, Eire Europe/Dublin, Europe/Belfast Europe/London,
Europe/Bratislava Europe/Prague, Europe/Busingen Europe/Zurich, Europe/Kiev Europe/Kyiv,
Europe/Mariehamn Europe/Helsinki, Europe/Nicosia Asia/Nicosia, Europe/Podgorica Europe/Belgrade,
Europe/San_Marino Europe/Rome, Europe/Tiraspol Europe/Chisinau, Europe/Uzhgorod Europe/Kyiv,
Europe/Vatican Europe/Rome, Europe/Zaporozhye Europe/Kyiv, GB Europe/London, GB-Eire Europe/London, GMT+0 Etc/GMT,
GMT-0 Etc/GMT, GMT0 Etc/GMT, Greenwich Etc/GMT, Hongkong Asia/Hong_Kong, Iceland Africa/Abidjan, Iran Asia/Tehran,
Israel Asia/Jerusalem, Jamaica America/Jamaica, Japan Asia/Tokyo, Kwajalein Pacific/Kwajalein,
Libya Africa/Tripoli, Mexico/BajaNorte America/Tijuana, Mexico/BajaSur America/Mazatlan,
Mexico/General America/Mexico_City, NZ Pacific/Auckland, NZ-CHAT Pacific/Chatham, Navajo America/Denver,
PRC Asia/Shanghai, Pacific/Enderbury Pacific/Kanton, Pacific/Johnston Pacific/Honolulu,
Pacific/Ponape Pacific/Guadalcanal, Pacific/Samoa Pacific/Pago_Pago, Pacific/Truk Pacific/Port_Moresby,
Pacific/Yap Pacific/Port_Moresby, Poland Europe/Warsaw, Portugal Europe/Lisbon, ROC Asia/Taipei, ROK Asia/Seoul,
Singapore Asia/Singapore, Turkey Europe/Istanbul, UCT Etc/UTC, US/Alaska America/Anchorage,
US/Aleutian America/Adak, US/Arizona America/Phoenix, US/Central America/Chicago,
US/East-Indiana America/Indiana/Indianapolis, US/Eastern America/New_York, US/Hawaii Pacific/Honolulu,
US/Indiana-Starke America/Indiana/Knox, US/Michigan America/Detroit, US/Mountain America/Denver,
US/Pacific America/Los_Angeles, US/Samoa Pacific/Pago_Pago, Universal Etc/UTC, W-SU Europe/Moscow, Zulu Etc/UTC
$links$, '[,\s]*\n|, ') l
    where l <> '' and split_part(l, ' ', 1) = p_name
  ))
  order by z.name <> p_name limit 1;
$$;

comment on function private.zone_name(text) is
  'The name of a time zone as this server knows it: the same, or the one in use today for an old one. Null for what is none.';

-- Weekly steps suffice: no zone changes its clocks twice within a week. A change is found by halving.
create function private.time_zone_stretches(p_time_zone text, p_from timestamptz, p_to timestamptz)
returns table (span tstzrange, utc_offset interval)
language plpgsql
stable
rows 2
set search_path = ''
as $$
declare
  v_start timestamptz := p_from;
  v_before timestamptz := p_from;
  v_at timestamptz := p_from;
  v_middle timestamptz;
begin
  utc_offset := (p_from at time zone p_time_zone) - (p_from at time zone 'UTC');
  while v_at < p_to loop
    v_before := v_at;
    v_at := least(v_at + interval '7 days', p_to);
    if (v_at at time zone p_time_zone) - (v_at at time zone 'UTC') <> utc_offset then
      while v_at - v_before > interval '1 second' loop
        v_middle := date_trunc('second', v_before + (v_at - v_before) / 2);
        if (v_middle at time zone p_time_zone) - (v_middle at time zone 'UTC') = utc_offset then
          v_before := v_middle;
        else
          v_at := v_middle;
        end if;
      end loop;
      span := tstzrange(v_start, v_at);
      return next;
      v_start := v_at;
      utc_offset := (v_at at time zone p_time_zone) - (v_at at time zone 'UTC');
    end if;
  end loop;
  span := tstzrange(v_start, null);
  return next;
end;
$$;

comment on function private.time_zone_stretches(text, timestamptz, timestamptz) is
  'The stretches of [p_from, p_to] in which a zone is the same offset away from UTC; the last is open. Both must be full seconds.';
