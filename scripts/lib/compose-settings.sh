# What the environment and .env say, as Compose reads them. Sourced, not run; needs nothing.
# shellcheck shell=bash disable=SC2034

# All that the scripts ask for. What Compose interpolates into docker-compose.yaml it interpolates here, too.
COMPOSE_SETTINGS=(
  DIODE_DEMO DIODE_PUBLISH_HOST DIODE_PORT DIODE_PORT_2 DIODE_TLS_PORT DIODE_TLS_PORT_2 DIODE_ISSUER_PORT DIODE_ISSUER_PORT_2
  DIODE_TLS_NAMES DIODE_NETBOX_SIM_PORT DIODE_NETBOX_URL DIODE_DATABASE_URL HYDRA_DATABASE_URL
)
compose_settings=''
compose_settings_error=''

# read_compose_settings FOLDER: asks Compose itself, with a project of one service, for what it takes from the environment and from .env
# (quotes, comments, references, who goes before whom). `config --environment` would say it shorter, from Compose 2.28 on.
# Call it where a failure can end the script, not in $(...). Returns 1 with the words of Compose in compose_settings_error.
read_compose_settings() {
  local name shown errors
  compose_settings=''
  errors=$(mktemp) || return 1
  if ! shown=$({
    printf 'name: settings\nservices:\n  settings:\n    image: none\n'
    # What only .env says to diode-init, like DIODE_DATABASE_URL_FILE.
    printf '    env_file: [{ path: .env, required: false }]\n    environment:\n'
    # shellcheck disable=SC2016
    for name in "${COMPOSE_SETTINGS[@]}"; do printf '      %s: "${%s:-}"\n' "$name" "$name"; done
  } | docker compose --project-directory "$1" -f - config --format json 2>"$errors"); then
    compose_settings_error=$(grep -v 'level=warning' "$errors" | tail -n 3)
    rm -f "$errors"
    return 1
  fi
  rm -f "$errors"
  compose_settings=$(sed -n 's/^ *"\([A-Za-z_][A-Za-z0-9_]*\)": "\(.*\)",\{0,1\}$/\1=\2/p' <<<"$shown")
  # Every name is in it, also where nothing is said: what is not is not what was asked.
  for name in "${COMPOSE_SETTINGS[@]}"; do
    grep -q "^$name=" <<<"$compose_settings" && continue
    compose_settings='' compose_settings_error="docker compose config --format json does not show $name (docker compose version: 2.24 or newer is needed)"
    return 1
  done
}

# compose_setting NAME DEFAULT: after read_compose_settings. Returns 1 before it: unread is not unset.
compose_setting() {
  [ -n "$compose_settings" ] || return 1
  local value
  # JSON's escapes as printf has them, and Compose's own: it writes $$ for a dollar.
  value=$(sed -n "s/^$1=//p" <<<"$compose_settings" | tail -n 1 | sed -e 's/\\\\/\\0134/g' -e 's/\\"/\\0042/g' -e 's/\$\$/$/g')
  if [ -n "$value" ]; then printf '%b' "$value"; else printf '%s' "$2"; fi
}
