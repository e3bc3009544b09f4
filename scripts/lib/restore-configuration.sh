# The configuration of a backup beside that of the checkout. Sourced, not run; needs scripts/lib/operate.sh.
# shellcheck shell=bash disable=SC2154

# Compares, says, and puts back: what is missing always, what differs with --config.
restore_configuration() {
  local path from=$work/configuration differ=() missing=()
  mkdir "$from"
  tar -C "$from" -xzf "$backup/configuration.tar.gz"
  while IFS= read -r path; do
    if [ ! -e "$ROOT/$path" ]; then
      missing+=("$path")
    elif ! cmp -s "$from/$path" "$ROOT/$path"; then
      differ+=("$path")
    fi
  done < <(cd "$from" && find . -type f | sed 's|^\./||' | LC_ALL=C sort)
  for path in ${missing[@]+"${missing[@]}"}; do put_back "$path" && note "put back: $path"; done
  if [ "$with_config" = true ]; then
    for path in ${differ[@]+"${differ[@]}"}; do put_back "$path" && note "replaced: $path"; done
  elif [ ${#differ[@]} -gt 0 ]; then
    note "left as they are, though the backup has others (--config puts those back): ${differ[*]}"
  fi
}

# With the mode it had in the archive: a container's user reads these files.
put_back() {
  (umask 022 && mkdir -p "$(dirname "$ROOT/$1")") && cp -p "$work/configuration/$1" "$ROOT/$1"
}
