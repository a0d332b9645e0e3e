#!/usr/bin/env bash
# Puts PostgreSQL of a newer Debian beside the one of this system:
#
#   scripts/stack/postgres-beside.sh VERSION DIRECTORY      such as 17 /tmp/postgresql-17
#
# The packages and all that they depend on are unpacked below DIRECTORY and nothing is installed; each program is
# started by the loader that came along. Takes some ten seconds, and 50 MB to fetch; what is there already is kept.
# Exit code 3, with the reason in the last line: this system is no Debian, or cannot reach its archive.
set -euo pipefail
[[ $# -eq 2 ]] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
version=$1

unreachable() {
  echo "$*" >&2
  exit 3
}

case $version in
  17) release=trixie ;;
  *) unreachable "no release of Debian is known here to package PostgreSQL $version" ;;
esac

# Of the archive that this system takes its own packages from.
archive() {
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 2>/dev/null | grep -v security | head -n 1
}

# As if nothing were installed, so that the libraries come along; but not what the server does without: the
# scripts that manage clusters, perl for them, and the compiler of expressions, which is most of the size.
installed() {
  local package
  for package in postgresql-common postgresql-client-common perl libllvm19; do
    printf 'Package: %s\nStatus: install ok installed\nArchitecture: %s\nMulti-Arch: allowed\nVersion: 99:0\nMaintainer: none\nDescription: none\n\n' \
      "$package" "$(dpkg --print-architecture)"
  done
}

fetch() {
  local uri keys=/usr/share/keyrings/debian-archive-keyring.gpg
  command -v apt-get >/dev/null || unreachable "this system is no Debian"
  uri=$(archive) || true
  [[ -n $uri && -e $keys ]] || unreachable "this system takes no packages from a Debian archive"
  mkdir -p "$directory"/{lists,cache/archives}/partial
  installed >"$directory/status"
  echo "deb [signed-by=$keys] $uri $release main" >"$directory/sources.list"
  local options=(
    -o "Dir::Etc::sourcelist=$directory/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$directory/lists"
    -o "Dir::Cache=$directory/cache" -o "Dir::State::status=$directory/status" -o Debug::NoLocking=1
    -o "APT::Sandbox::User=$(id -un)" -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false
    -o Acquire::http::Timeout=10 -o Acquire::https::Timeout=10 -o APT::Update::Error-Mode=any
  )
  apt-get "${options[@]}" -qq update >"$directory/log" 2>&1 || unreachable "the archive of Debian's $release is out of reach ($directory/log)"
  apt-get "${options[@]}" -qq --yes --no-install-recommends --download-only install \
    "postgresql-$version" "postgresql-$version-cron" "postgresql-$version-pgtap" "postgresql-$version-plpgsql-check" \
    >>"$directory/log" 2>&1 || unreachable "the packages of PostgreSQL $version could not be fetched ($directory/log)"
}

# PostgreSQL finds its own files from the name it is started under.
start_by_own_loader() {
  local program loader libraries
  loader=$(echo "$directory"/root/usr/lib*/ld-linux-*.so.?)
  libraries=$(echo "$directory"/root/usr/lib/*-linux-gnu*)
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

# As root it is another user's to run.
umask 022
mkdir -p "$2"
directory=$(cd "$2" && pwd)
home=$directory/root/usr/lib/postgresql/$version
# Others may have come with the same wish.
exec 9>"$directory/.lock"
flock 9
if [[ ! -e $directory/complete ]]; then
  rm -rf "${directory:?}"/*
  fetch
  mkdir "$directory/root"
  for package in "$directory"/cache/archives/*.deb; do dpkg-deb --extract "$package" "$directory/root"; done
  rm -rf "$directory/cache" "$directory/lists" "$directory"/root/usr/share/{doc,man,locale,i18n} "$home"/lib/llvmjit*
  start_by_own_loader
  "$home/bin/postgres" --version >/dev/null
  touch "$directory/complete"
fi
