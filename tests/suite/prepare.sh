# What ./scripts/test needs beyond ./scripts/start. Sourced after scripts/stack/prepare.sh.

need_test_packages() {
  local missing=()
  command -v pg_prove >/dev/null || missing+=(libtap-parser-sourcehandler-pgtap-perl)
  [[ -n ${CHROMIUM:-} ]] || command -v chromium google-chrome >/dev/null || missing+=(chromium)
  python3 -c 'import venv, ensurepip' 2>/dev/null || missing+=(python3-venv)
  ((${#missing[@]} == 0)) && return
  command -v apt-get >/dev/null || fail "these Debian packages are missing and there is no apt-get: ${missing[*]}"
  apt-cache show "${missing[@]}" >/dev/null 2>&1 || quietly "updating the package lists" as_root apt-get update
  quietly "installing ${missing[*]} (a minute)" \
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "${missing[@]}"
}

# The stage `database` runs on the oldest that this system packages, beside the one of hosted projects.
need_older_postgres() {
  local oldest home
  oldest=$(packaged_postgres | head -n 1)
  home=/usr/lib/postgresql/$oldest
  [[ -z ${STACK_POSTGRES:-} && -n $oldest ]] || return 0
  [[ -e $home/lib/pg_cron.so ]] || install_postgres "$oldest"
  STACK_POSTGRES=$home need_extension
}

# Named here, because a component of rust-toolchain.toml is only added where rustup is used.
need_rust() {
  command -v cargo >/dev/null || fail "Rust is missing; install it from https://rustup.rs, then run this again."
  cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1 ||
    fail "this Rust has no rustfmt or clippy: rustup component add rustfmt clippy"
}
