# shellcheck shell=bash disable=SC2154 # scripts/deploy, which sources this, sets the variables
# Settings of Auth without which its mails are not ours, or tell who has an account, or people get in past our rules, and of the
# Data API without which it shows more than it should. They are set by hand (README.md, "Deploying"), those of Auth after the
# function that its hook names is there: so they are looked at last.

# Auth mails what it is asked for by itself where the hook is off. And it counts mails for the whole project before it asks the
# hook, of accounts that exist alone: once an hour's are used up, 429 tells who has one, and keeps everybody from Auth's links.
check_auth() { look_at Auth config/auth auth_config_read fault_of_auth 'See in the dashboard that the hook "Send Email" is on.'; }

# GraphQL has functions and tables of its own way, and the Data API's hook (hooks.before_request) knows no names in its queries.
check_data_api() { look_at 'the Data API' postgrest data_api_config_read fault_of_data_api 'See in the dashboard that it exposes the schema public alone.'; }

# look_at WHOSE PATH PERMISSION FAULT_OF BY_HAND
look_at() {
  local url=https://api.supabase.com/v1/projects/$project/$2 fault
  local command=(curl --silent --show-error --fail --max-time 30 --retry 3 --config - "$url")
  announce "look at the settings of $1" "${command[@]}"
  $dry_run && return
  if [[ -z ${SUPABASE_ACCESS_TOKEN:-} ]]; then
    say "Not looked at: SUPABASE_ACCESS_TOKEN is not set. $5"
    return
  fi
  # By stdin, so that the token is in no list of processes.
  printf 'header = "Authorization: Bearer %s"\n' "$SUPABASE_ACCESS_TOKEN" | "${command[@]}" >"$work/settings.json" ||
    fail "the settings of $1 could not be read: the token needs $3."
  fault=$("$4" <"$work/settings.json") || fail "the settings of $1 were not understood; did the platform change?"
  [[ -z $fault ]] || fail "all is deployed, but $fault; README.md, \"Deploying\", says where."
}

fault_of_auth() {
  node -e '
    const auth = JSON.parse(require("fs").readFileSync(0, "utf8"));
    const [project, least, shortest] = [process.argv[1], Number(process.argv[2]), Number(process.argv[3])];
    const path = "/functions/v1/auth-send-email";
    const hook = URL.canParse(auth.hook_send_email_uri ?? "") ? new URL(auth.hook_send_email_uri) : undefined;
    // One that is null is as the platform has it from the beginning; one that is not there was renamed.
    const begun = { disable_signup: false, external_anonymous_users_enabled: false, mailer_autoconfirm: false, password_min_length: 6, refresh_token_rotation_enabled: true, mfa_totp_enroll_enabled: true, mfa_totp_verify_enabled: true };
    if (!Number.isInteger(auth.rate_limit_email_sent) || !least || !shortest || Object.keys(begun).some((name) => auth[name] === undefined)) process.exit(1);
    const has = (name) => auth[name] ?? begun[name];
    if (!auth.hook_send_email_enabled) console.log(`Auth does not send its mails as ours: turn the hook "Send Email" on`);
    else if (hook?.pathname !== path) console.log(`the hook "Send Email" of Auth is not ${path}`);
    else if (/\.supabase\.(co|in)$/.test(hook.hostname) && hook.hostname.split(".")[0] !== project) console.log(`the hook "Send Email" of Auth is that of another project, ${hook.hostname}`);
    else if (auth.rate_limit_email_sent < least) console.log(`Auth stops at ${auth.rate_limit_email_sent} mails an hour, which tells who has an account: make it ${least}`);
    else if (!has("disable_signup")) console.log("Auth signs people up by itself, whatever their password");
    else if (has("external_anonymous_users_enabled")) console.log("Auth lets people in without an address");
    else if (has("mailer_autoconfirm")) console.log("Auth lets people in before their address is confirmed");
    else if (has("password_min_length") < shortest) console.log(`Auth takes passwords of ${has("password_min_length")} characters: make it ${shortest}`);
    else if (!has("mfa_totp_enroll_enabled") || !has("mfa_totp_verify_enabled")) console.log("Auth offers no authenticator app as a second factor, without which nobody is a platform admin");
    else if (!has("refresh_token_rotation_enabled")) console.log("Auth takes a refresh token again and again");
  ' "$project" "$(setting auth.rate_limit email_sent)" "$(setting auth minimum_password_length)"
}

fault_of_data_api() {
  node -e '
    const api = JSON.parse(require("fs").readFileSync(0, "utf8"));
    const most = Number(process.argv[1]);
    if (typeof api.db_schema !== "string" || !most) process.exit(1);
    const other = api.db_schema.split(",").map((one) => one.trim()).filter((one) => one && one !== "public");
    if (other.length > 0) console.log(`the Data API shows the schema ${other.join(", ")}: leave public alone`);
    else if (api.max_rows > most) console.log(`the Data API answers up to ${api.max_rows} rows: make it ${most}`);
  ' "$(setting api max_rows)"
}
