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

# Two starts of one checkout would install and build over each other. Until file 8 is closed; this script itself is the
# lock, for it is there to be read wherever nothing can be written.
one_at_a_time() {
  command -v flock >/dev/null || return 0
  exec 8<scripts/start
  flock --nonblock 8 && return
  say "waiting for another start of this checkout"
  flock 8
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

# The versions of PostgreSQL that this system packages pg_cron for, the oldest first. The migrations are written for 15 and newer.
packaged_postgres() {
  command -v apt-cache >/dev/null || return 0
  apt-cache pkgnames postgresql- | sed -n 's/^postgresql-\([0-9]\+\)-cron$/\1/p' | awk '$1 >= 15' | sort -n
}

install_packages() {
  local what=$1
  shift
  quietly "$what" as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$@"
}

need_linker() {
  command -v cc >/dev/null && return
  command -v apt-get >/dev/null || fail "a C compiler is missing; Rust links with it."
  quietly "updating the package lists" as_root apt-get update
  install_packages "installing a linker for Rust" gcc libc6-dev
}

install_postgres() {
  local version=$1
  # Otherwise the package makes and starts a server of its own, which nobody asked for.
  local wish=/etc/postgresql-common/createcluster.d/no-main-cluster.conf made=false
  if [[ ! -e /etc/postgresql-common/createcluster.conf ]]; then
    as_root mkdir -p "${wish%/*}"
    echo 'create_main_cluster = false' | as_root tee "$wish" >/dev/null
    made=true
  fi
  install_packages "installing PostgreSQL $version and pg_cron (a minute)" \
    "postgresql-$version" "postgresql-$version-cron" "postgresql-$version-pgtap" "postgresql-$version-plpgsql-check"
  if $made; then as_root rm -f "$wish"; fi
}

# The version that hosted projects run, else what comes closest. STACK_POSTGRES names another.
need_postgres() {
  local wanted found beside
  read -r wanted found beside < <(node scripts/stack/postgres.mjs)
  if [[ -z ${STACK_POSTGRES:-} && $found != "$wanted" ]]; then bring_postgres "$wanted" "$found" "$beside"; fi
  need_what_postgres_needs
}

# Packaged by this system, or unpacked beside it, or the newest that this system packages.
bring_postgres() {
  local wanted=$1 found=$2 beside=$3 packaged reason
  packaged=$(packaged_postgres)
  if [[ -z $packaged ]] && command -v apt-get >/dev/null; then
    quietly "updating the package lists" as_root apt-get update
    packaged=$(packaged_postgres)
  fi
  if grep -qx "$wanted" <<<"$packaged"; then
    install_postgres "$wanted"
    return
  fi
  say "fetching PostgreSQL $wanted (once, a quarter of a minute)"
  reason=$(scripts/stack/postgres-beside.sh "$wanted" "$beside" 2>&1) && return
  reason=$(tail -n 1 <<<"$reason")
  if [[ $found == 0 ]]; then
    found=$(tail -n 1 <<<"$packaged")
    [[ -n $found ]] || fail "there is no PostgreSQL with pg_cron here, and $wanted cannot be fetched: $reason."
    install_postgres "$found"
  fi
  say "this is PostgreSQL $found and not $wanted, which hosted projects run: $reason."
}

# What its packages bring along, where it is unpacked.
need_what_postgres_needs() {
  local missing=()
  [[ -e /usr/share/zoneinfo/Europe/Berlin ]] || missing+=(tzdata)
  # It refuses to run as root.
  if ((EUID == 0)) && ! getent passwd postgres >/dev/null; then missing+=(postgresql-common); fi
  ((${#missing[@]} == 0)) || install_packages "installing ${missing[*]}" "${missing[@]}"
}

# A migration creates pg_net, as on the platform; Debian does not package it, so its stand-in is put in place.
need_extension() {
  node scripts/stack/extension.mjs 2>/dev/null ||
    as_root env "STACK_POSTGRES=$(dirname "$(node scripts/stack/postgres.mjs bin)")" "$(command -v node)" scripts/stack/extension.mjs ||
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
