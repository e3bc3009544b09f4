# What a backup is on disk, for those who make, check, restore and remove one. Sourced, not run; needs scripts/lib/operate.sh.
#
#   diode-YYYYMMDDTHHMMSSZ/
#     metadata.json           what it is, of which moment, what is in it
#     counts.tsv              DATABASE<tab>TABLE<tab>ROWS, of the same moment
#     databases/              compose: diode.dump, hydra.dump (pg_dump's custom format); standalone: diode/ (COPY, gzipped)
#     configuration.tar.gz    .env, config/, nginx/, oauth2/, compose files
#     clients.json            the issuer's clients, without secrets
#     secrets.tar             compose: the secrets volumes
#     state.tar               standalone: issuer, clients, stand-in; compose: the stand-in's data (netbox-sim.tar)
#     SHA256SUMS              of all the others
# shellcheck shell=bash disable=SC2154

readonly BACKUP_FORMAT=1

sha256() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum "$@"; else shasum -a 256 "$@"; fi
}

# A text field of metadata.json, which has one a line.
metadata() { sed -n "s/^  \"$2\": \"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}\$/\1/p" "$1/metadata.json" | head -n 1; }

# One of ours, by what is written in it, not by its name alone.
is_backup() {
  [ -d "$1" ] && [ ! -L "$1" ] && [ -f "$1/metadata.json" ] && [ "$(metadata "$1" kind)" = diode-backup ]
}

require_backup() {
  [ -d "$1" ] || fail "$EXIT_USAGE" "there is no folder $1."
  is_backup "$1" || fail "$EXIT_FAULT" "$1 is no backup made by scripts/backup-diode.sh."
  [ "$(metadata "$1" format)" = "$BACKUP_FORMAT" ] ||
    fail "$EXIT_CONFIG" "$1 has format $(metadata "$1" format), and this script reads format $BACKUP_FORMAT: use that of the Diode that wrote it."
}

# Every file as it was written, and no file beside those.
verify_checksums() {
  local words listed found
  [ -f "$1/SHA256SUMS" ] || fail "$EXIT_FAULT" "$1 has no SHA256SUMS."
  words=$(cd "$1" && sha256 -c SHA256SUMS 2>/dev/null | grep -v ': OK$' | head -n 5) || true
  [ -z "$words" ] || fail "$EXIT_FAULT" "$1 is damaged: $words"
  listed=$(sed 's/^[0-9a-f]*[ *]*//' "$1/SHA256SUMS" | LC_ALL=C sort)
  found=$(backup_files "$1")
  [ "$listed" = "$found" ] ||
    fail "$EXIT_FAULT" "$1 holds other files than it lists: $(comm -3 <(printf '%s\n' "$listed") <(printf '%s\n' "$found") | tr -d '\t' | head -n 3 | tr '\n' ' ')"
}

# All files but the sums, by their path inside, sorted.
backup_files() { (cd "$1" && find . -type f ! -path ./SHA256SUMS | sed 's|^\./||' | LC_ALL=C sort); }

# write_metadata DIR LINE...: whole lines of JSON without their comma; counts and files are added.
write_metadata() {
  local dir=$1 line path first database table rows last=''
  shift
  {
    say '{'
    for line in "$@"; do say "  $line,"; done
    say '  "databases": {'
    while IFS=$'\t' read -r database table rows; do
      if [ "$database" != "$last" ]; then
        [ -z "$last" ] || printf '\n    },\n'
        printf '    %s: {\n' "$(json_string "$database")"
      else
        printf ',\n'
      fi
      printf '      %s: %s' "$(json_string "$table")" "$rows"
      last=$database
    done <"$dir/counts.tsv"
    [ -z "$last" ] || printf '\n    }\n'
    say '  },'
    say '  "files": ['
    first=true
    while IFS= read -r path; do
      [ "$first" = true ] || printf ',\n'
      first=false
      printf '    { "path": %s, "bytes": %s, "sha256": "%s" }' "$(json_string "$path")" "$(wc -c <"$dir/$path" | tr -d ' ')" \
        "$(sha256 <"$dir/$path" | cut -d ' ' -f 1)"
    done < <(backup_files "$dir")
    printf '\n  ]\n}\n'
  } >"$dir/../.metadata.$$"
  mv "$dir/../.metadata.$$" "$dir/metadata.json"
}

write_checksums() {
  local path
  backup_files "$1" | while IFS= read -r path; do (cd "$1" && sha256 "$path"); done >"$1/../.sums.$$"
  mv "$1/../.sums.$$" "$1/SHA256SUMS"
}

# The configuration there is, in one archive. Links are followed: what they point at may not be there at the restore.
save_configuration() {
  local names=() name
  for name in .env config nginx oauth2 monitoring; do [ ! -e "$ROOT/$name" ] || names+=("$name"); done
  for name in "$ROOT"/docker-compose*.y*ml; do [ ! -f "$name" ] || names+=("${name##*/}"); done
  tar -C "$ROOT" -chzf "$1" "${names[@]}" || fail "$EXIT_FAULT" "the configuration cannot be read; the line above says which file."
}

# remove_old_backups DIR KEEP: those of ours beyond the newest KEEP; anything else is left alone.
remove_old_backups() {
  local dir=$1 keep=$2 path kept=0
  while IFS= read -r path; do
    if ! is_backup "$path" || [ "$(metadata "$path" name)" != "${path##*/}" ]; then continue; fi
    kept=$((kept + 1))
    [ "$kept" -gt "$keep" ] || continue
    rm -rf -- "$path"
    note "removed $path (--keep $keep)"
  done < <(find "$dir" -mindepth 1 -maxdepth 1 -type d -name 'diode-????????T??????Z' | LC_ALL=C sort -r)
}

# One at a time in DIR, until this process ends; the kernel lets go of it however that is.
lock_directory() {
  if command -v flock >/dev/null 2>&1; then
    exec {lock_fd}>"$1/.lock"
    flock -n "$lock_fd" || fail "$EXIT_FAULT" "another backup works in $1; try again when it is done."
  else
    (set -o noclobber && printf '%s\n' "$$" >"$1/.lock") 2>/dev/null ||
      fail "$EXIT_FAULT" "another backup works in $1 (process $(cat "$1/.lock")); if it does not, remove $1/.lock."
    lock_file=$1/.lock
  fi
}
lock_file=
unlock_directory() { [ -z "$lock_file" ] || rm -f "$lock_file"; }
