# The parts of a backup of the standalone form. Sourced, not run; needs scripts/lib/standalone.sh and backup-files.sh.
# shellcheck shell=bash disable=SC2154,SC2034

# What is not worth keeping, or is kept another way: rows are copied out, Redis may be lost, the rest is of this run only.
STANDALONE_LEAVES_OUT=(postgres redis connection.json 'connection.json.*' '*.log')

# backup_standalone DIR
backup_standalone() {
  local dir=$1 from found key value rows running=false
  from=$(standalone_dir)
  [ -d "$from/postgres" ] || [ -d "$from/issuer" ] || fail "$EXIT_FAULT" "there is nothing to back up in $from."
  if standalone_runs; then running=true; else note "it does not run: its Postgres is started for the copy"; fi
  mkdir "$dir/databases"
  note "database ..."
  found=$(standalone_program standalone/dist/backup-main.js dump "$dir/databases/diode") || fail "$EXIT_FAULT" "the rows cannot be copied; the lines above say why."
  while IFS=$'\t' read -r key value rows; do
    case $key in
      at) taken_at=$value ;;
      postgres) postgres_version=$value ;;
      schema_version) schema_version=$value ;;
      rows) printf 'diode\t%s\t%s\n' "$value" "$rows" >>"$dir/counts.tsv" ;;
    esac
  done <<<"$found"
  note "issuer, clients, secrets ..."
  local excluded=() name
  for name in "${STANDALONE_LEAVES_OUT[@]}"; do excluded+=(--exclude="./$name"); done
  # The stand-in's journal grows while it is read; what is in it up to there is a state it had.
  tar -C "$from" "${excluded[@]}" -cf "$dir/state.tar" . || [ $? -eq 1 ] || fail "$EXIT_FAULT" "$from cannot be read; the line above says which file."
  node -e 'const c = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8")); console.log(JSON.stringify(c.map(({ secret_hash, ...shown }) => shown), null, 2))' \
    "$from/issuer/clients.json" >"$dir/clients.json" || fail "$EXIT_FAULT" "$from/issuer/clients.json cannot be read."
  images=
  point_same=equal point_apart_ms=0
  if [ "$running" = true ]; then
    point="the rows are of one snapshot; issuer, clients and the stand-in's data are whole files read in the moments after it"
  else
    point="one point: it did not run"
  fi
}
