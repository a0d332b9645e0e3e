# shellcheck shell=bash disable=SC2154 # scripts/deploy, which sources this, sets the variables
# Settings of Auth without which its mails are not ours, or tell who has an account. They are set by hand (README.md,
# "Deploying"), after the function that the hook names is there: so they are looked at last.

# Auth mails what it is asked for by itself where the hook is off. And it counts mails for the whole project before it asks the
# hook, of accounts that exist alone: once an hour's are used up, 429 tells who has one, and keeps everybody from Auth's links.
check_auth() {
  local url=https://api.supabase.com/v1/projects/$project/config/auth fault
  local command=(curl --silent --show-error --fail --max-time 30 --retry 3 --config - "$url")
  announce "look at Auth's settings" "${command[@]}"
  $dry_run && return
  if [[ -z ${SUPABASE_ACCESS_TOKEN:-} ]]; then
    say 'Not looked at: SUPABASE_ACCESS_TOKEN is not set. See in the dashboard that the hook "Send Email" is on.'
    return
  fi
  # By stdin, so that the token is in no list of processes.
  printf 'header = "Authorization: Bearer %s"\n' "$SUPABASE_ACCESS_TOKEN" | "${command[@]}" >"$work/auth.json" ||
    fail "the settings of Auth could not be read: the token needs auth_config_read."
  fault=$(fault_of_auth <"$work/auth.json") || fail 'the settings of Auth were not understood; did the platform change?'
  [[ -z $fault ]] || fail "all is deployed, but $fault; README.md, \"Deploying\", says where."
}

fault_of_auth() {
  node -e '
    const auth = JSON.parse(require("fs").readFileSync(0, "utf8"));
    const [project, least] = [process.argv[1], Number(process.argv[2])];
    const path = "/functions/v1/auth-send-email";
    const hook = URL.canParse(auth.hook_send_email_uri ?? "") ? new URL(auth.hook_send_email_uri) : undefined;
    if (!Number.isInteger(auth.rate_limit_email_sent) || !least) process.exit(1);
    if (!auth.hook_send_email_enabled) console.log(`Auth does not send its mails as ours: turn the hook "Send Email" on`);
    else if (hook?.pathname !== path) console.log(`the hook "Send Email" of Auth is not ${path}`);
    else if (/\.supabase\.(co|in)$/.test(hook.hostname) && hook.hostname.split(".")[0] !== project) console.log(`the hook "Send Email" of Auth is that of another project, ${hook.hostname}`);
    else if (auth.rate_limit_email_sent < least) console.log(`Auth stops at ${auth.rate_limit_email_sent} mails an hour, which tells who has an account: make it ${least}`);
  ' "$project" "$(setting auth.rate_limit email_sent)"
}
