# What ./scripts/start needs on a machine. Sourced; every step is quick where nothing is missing.

fail() {
  echo "error: $*" >&2
  exit 1
}

say() {
  echo "  $*"
}

# Runs a long step quietly and shows its output only when it fails.
quietly() {
  local what=$1 log
  shift
  log=$(mktemp)
  say "$what"
  if ! "$@" >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    fail "$what failed."
  fi
  rm -f "$log"
}

need_node() {
  command -v node >/dev/null || fail "Node.js is missing; install version 20 or newer from https://nodejs.org, then run this again."
  local major
  major=$(node -p 'process.versions.node.split(".")[0]')
  ((major >= 20)) || fail "Node.js $(node -v) is too old; version 20 or newer is needed."
}

# rustup puts its programs where a shell that was open before does not look.
need_rust() {
  [[ -d $HOME/.cargo/bin ]] && PATH=$PATH:$HOME/.cargo/bin
  command -v cargo >/dev/null || fail "Rust is missing; install it from https://rustup.rs, then run this again."
}

as_root() {
  if ((EUID == 0)); then
    "$@"
  else
    command -v sudo >/dev/null || fail "sudo is missing and this user is not root; as root run: $*"
    sudo "$@"
  fi
}

# The migrations are written for 15 and newer.
have_postgres() {
  local cron version
  for cron in /usr/lib/postgresql/*/lib/pg_cron.so; do
    version=${cron#/usr/lib/postgresql/} version=${version%%/*}
    [[ -e $cron && -x /usr/lib/postgresql/$version/bin/initdb ]] && ((version >= 15)) && return 0
  done
  return 1
}

# The newest packaged PostgreSQL that pg_cron is packaged for as well.
packaged_postgres() {
  apt-cache pkgnames postgresql- | sed -n 's/^postgresql-\([0-9]\+\)-cron$/\1/p' | awk '$1 >= 15' | sort -rn | head -n 1
}

need_linker() {
  command -v cc >/dev/null && return
  command -v apt-get >/dev/null || fail "a C compiler is missing; Rust links with it."
  quietly "updating the package lists" as_root apt-get update
  quietly "installing a linker for Rust" as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends gcc libc6-dev
}

need_system_packages() {
  have_postgres && return
  command -v apt-get >/dev/null || fail "PostgreSQL with pg_cron is missing, and without apt-get it has to be installed by hand."
  local version
  version=$(packaged_postgres)
  if [[ -z $version ]]; then
    quietly "updating the package lists" as_root apt-get update
    version=$(packaged_postgres)
  fi
  [[ -n $version ]] || fail "this system does not package PostgreSQL 15 or newer with pg_cron; Debian 12 and Ubuntu 24.04 do."
  # Otherwise the package makes and starts a server of its own, which nobody asked for.
  local wish=/etc/postgresql-common/createcluster.d/no-main-cluster.conf made=false
  if [[ ! -e /etc/postgresql-common/createcluster.conf ]]; then
    as_root mkdir -p "${wish%/*}"
    echo 'create_main_cluster = false' | as_root tee "$wish" >/dev/null
    made=true
  fi
  quietly "installing PostgreSQL $version and pg_cron (a minute)" \
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
    "postgresql-$version" "postgresql-$version-cron" "postgresql-$version-pgtap" "postgresql-$version-plpgsql-check"
  if $made; then as_root rm -f "$wish"; fi
}

# A migration creates pg_net, as on the platform; Debian does not package it, so its stand-in is put in place.
need_extension() {
  node scripts/stack/extension.mjs 2>/dev/null || as_root "$(command -v node)" scripts/stack/extension.mjs ||
    fail "the extension pg_net could not be put in place; the line above says where."
}

# npm writes this file after a complete install; comparing it is faster than asking npm.
need_npm_packages() {
  local mark=node_modules/.package-lock.json
  [[ -e $mark && ! package-lock.json -nt $mark ]] && return
  command -v npm >/dev/null || fail "npm is missing; it comes with Node.js."
  quietly "installing npm packages (half a minute)" npm ci --no-audit --no-fund
  touch "$mark"
}

build_functions() {
  [[ -x scripts/build ]] || return 0
  need_linker
  # The first build takes a few minutes, so it shows its own progress.
  ./scripts/build || fail "the functions could not be built; the messages above say why."
}
