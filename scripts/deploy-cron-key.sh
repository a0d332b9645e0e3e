# shellcheck shell=bash disable=SC2154 # scripts/deploy, which sources this, sets the variables
# CRON_SECRET_KEY of a hosted project.

rotate_cron_key() {
  ask_before_production
  list_secrets
  keep_cron_key
  if $dry_run; then say "Dry run: nothing was changed in $environment."; else say "The cron key of $environment ($project) is a new one."; fi
}

# What pg_cron's calls carry. The database makes it, so that it is in no statement, no list of processes, and no secret of
# whoever deploys; where the functions have another, or none, it is copied. A call in between is answered 401, and the
# next minute's makes up for it.
keep_cron_key() {
  local key
  query 'see that the vault has project_url and cron_secret_key' "$(vault_statement)"
  query 'compare the cron key of the vault with that of the functions' "
    select encode(sha256(convert_to(decrypted_secret, 'utf8')), 'hex') as digest
    from vault.decrypted_secrets where name = 'cron_secret_key'"
  functions_have_this_key && return
  query 'read the cron key of the vault' "select decrypted_secret from vault.decrypted_secrets where name = 'cron_secret_key'"
  if ! $dry_run; then
    key=$(value_in_rows)
    [[ $key =~ ^[A-Za-z0-9+/=_-]{32,}$ && $key != sb_* ]] ||
      fail 'cron_secret_key in the vault is too short, or a key of the project; --rotate-cron-key makes another.'
    printf 'CRON_SECRET_KEY=%s\n' "$key" >"$work/cron.env"
  fi
  step 'give it to the functions' supabase secrets set --env-file "$work/cron.env" "--remote=$project" --yes
}

functions_have_this_key() {
  local digest lines
  $dry_run && return 1
  digest=$(value_in_rows)
  lines=$'\n'$(secret_digests)$'\n'
  [[ $lines == *$'\n'"CRON_SECRET_KEY $digest"$'\n'* ]]
}

# The one value that the last query answered.
value_in_rows() {
  node -e '
    const answer = JSON.parse(require("fs").readFileSync(0, "utf8"));
    const [row] = Array.isArray(answer) ? answer : answer.rows;
    process.stdout.write(Object.values(row)[0]);
  ' <"$work/rows.json" || fail 'the answer of the database was not understood; did the CLI change?'
}

vault_statement() {
  cat <<SQL
do \$\$
declare
  v_url constant text := 'https://$project.supabase.co';
  v_url_id constant uuid := (select id from vault.secrets where name = 'project_url');
  v_key_id constant uuid := (select id from vault.secrets where name = 'cron_secret_key');
begin
  if v_url_id is null then
    perform vault.create_secret(v_url, 'project_url');
  else
    perform vault.update_secret(v_url_id, v_url);
  end if;
  if v_key_id is null then
    perform vault.create_secret(encode(extensions.gen_random_bytes(32), 'hex'), 'cron_secret_key');
  elsif $rotate then
    perform vault.update_secret(v_key_id, encode(extensions.gen_random_bytes(32), 'hex'));
  end if;
end;
\$\$;
SQL
}

# query WHAT STATEMENT: asks the project's database; the rows are in $work/rows.json.
query() {
  local command=(supabase db query "--remote=$project" --file "$work/statement.sql" --output-format json --agent no --yes)
  announce "$1" "${command[@]}"
  printf '%s\n' "$2" >"$work/statement.sql"
  $dry_run || "${command[@]}" >"$work/rows.json" || { complaint_in_rows >&2; fail_at "$1"; }
}

# The CLI answers an error where the rows would be.
complaint_in_rows() {
  node -e 'console.log(JSON.parse(require("fs").readFileSync(0, "utf8")).error.message)' <"$work/rows.json" 2>/dev/null || true
}
