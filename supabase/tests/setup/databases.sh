# shellcheck shell=bash
# Throwaway databases side by side, for supabase/tests/run and tests/database/sabotage, which source this from the project's root.

# One for each processor, and no more than four.
databases_at_once() {
  local processors
  processors=$(nproc)
  echo $((processors < 4 ? processors : 4))
}

# So many below a folder; prints their URLs, a line each. Their jobs run when a test runs them: a schedule would write
# mails into whatever test is at work at that minute. Each has failed already, and of each kind
# there is a mail to somebody who was erased, as after a test that commits.
make_databases() {
  local count=$1 data=$2 i url urls
  for ((i = 1; i <= count; i++)); do
    node scripts/stack/database.mjs up --data "$data/$i" --seed >"$data/$i.made" &
  done
  wait
  urls=$(sed -n 's/^DATABASE_URL=//p' "$data"/*.made)
  [ "$(wc -l <<<"$urls")" -eq "$count" ] || { echo 'error: not every database could be made; see above.' >&2; return 1; }
  for url in $urls; do
    psql --no-psqlrc --quiet "$url" >/dev/null <<'SQL' || return 1
select cron.alter_job(jobid, active => false) from cron.job;
select private.record_failed_run(replace(jobname, '-', '_'), 'of another test') from cron.job;
insert into private.emails (stream, category, template_key, dedupe_key) select 'mail', category, key, 'of another test: ' || key from public.email_kinds;
SQL
  done
  echo "$urls"
}

# All below a folder, and the folder.
remove_databases() {
  local one
  for one in "$1"/*/; do [ ! -d "$one" ] || node scripts/stack/database.mjs down --data "$one" >/dev/null 2>&1; done
  rm -rf "$1"
}
