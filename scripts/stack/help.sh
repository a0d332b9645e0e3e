# shellcheck shell=bash
# For each script that people call, which sources this before all else: --help prints the script's first comment, and an option that
# is not in there is refused before anything happens.

script_comment=$(awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "${BASH_SOURCE[1]}")
for argument in "$@"; do
  case "$argument" in
    -h | --help) printf '%s\n' "$script_comment"; exit 0 ;;
    -?*)
      [[ ${argument%%=*} =~ ^[a-z-]+$ && $script_comment =~ (^|[^a-z-])"${argument%%=*}"([^a-z-]|$) ]] ||
        { printf 'error: unknown option %s; --help lists the options.\n' "${argument%%=*}" >&2; exit 2; }
      ;;
  esac
done
unset script_comment argument
