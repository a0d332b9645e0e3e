#!/usr/bin/env bash
# Puts PostgreSQL of a newer Debian beside the one of this system, for tests:
#
#   scripts/stack/postgres-beside.sh VERSION RELEASE DIRECTORY      such as 17 trixie target/postgresql-17
#
# The packages and all that they depend on are unpacked below DIRECTORY and nothing is installed; each program is
# started by the loader that came along. The last line is the folder for STACK_POSTGRES. Takes some twenty seconds,
# and 100 MB to fetch; what is there already is kept. Exit code 3: this system is no Debian, or cannot reach its archive.
set -euo pipefail
[[ $# -eq 3 ]] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
version=$1 release=$2
mkdir -p "$3"
directory=$(cd "$3" && pwd)
home=$directory/root/usr/lib/postgresql/$version

unreachable() {
  echo "error: $*" >&2
  exit 3
}

# Of the archive that this system takes its own packages from.
archive() {
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 2>/dev/null | grep -v security | head -n 1
}

fetch() {
  local uri keys=/usr/share/keyrings/debian-archive-keyring.gpg
  uri=$(archive)
  [[ -n $uri && -e $keys ]] || unreachable "this system takes no packages from a Debian archive."
  mkdir -p "$directory"/{lists,cache/archives}/partial
  # As if nothing were installed, so that the libraries come along.
  : >"$directory/status"
  echo "deb [signed-by=$keys] $uri $release main" >"$directory/sources.list"
  local options=(
    -o "Dir::Etc::sourcelist=$directory/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$directory/lists"
    -o "Dir::Cache=$directory/cache" -o "Dir::State::status=$directory/status" -o Debug::NoLocking=1
    -o "APT::Sandbox::User=$(id -un)" -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false
  )
  apt-get "${options[@]}" -qq update >"$directory/log" 2>&1 || unreachable "the archive of $release is out of reach; see $directory/log."
  apt-get "${options[@]}" -qq --yes --no-install-recommends --download-only install \
    "postgresql-$version" "postgresql-$version-cron" "postgresql-$version-pgtap" "postgresql-$version-plpgsql-check" \
    >>"$directory/log" 2>&1 || unreachable "PostgreSQL $version could not be fetched; see $directory/log."
}

# PostgreSQL finds its own files from the name it is started under.
start_by_own_loader() {
  local program loader
  loader=$(echo "$directory"/root/usr/lib*/ld-linux-*.so.?)
  for program in "$home"/bin/*; do
    [[ $(head -c 4 "$program") == $'\x7fELF' ]] || continue
    mv "$program" "$program.elf"
    cat >"$program" <<END
#!/bin/sh
exec '$loader' --argv0 '$program' --library-path '$libraries' '$program.elf' "\$@"
END
    chmod +x "$program"
  done
}

if [[ ! -e $directory/complete ]]; then
  rm -rf "$directory"/*
  fetch
  mkdir "$directory/root"
  for package in "$directory"/cache/archives/*.deb; do dpkg-deb --extract "$package" "$directory/root"; done
  rm -rf "$directory/cache" "$directory/lists"
  libraries=$(echo "$directory"/root/usr/lib/*-linux-gnu*)
  start_by_own_loader
  "$home/bin/postgres" --version >/dev/null
  touch "$directory/complete"
fi
echo "$home"
