# A client's credentials for curl. Sourced, not run; needs nothing.
# shellcheck shell=bash

# As application/x-www-form-urlencoded has it, byte by byte.
form_encode() {
  local LC_ALL=C char code i
  for ((i = 0; i < ${#1}; i++)); do
    char=${1:i:1}
    case $char in
      [A-Za-z0-9._~-]) printf '%s' "$char" ;;
      *)
        printf -v code '%d' "'$char"
        # Some shells take a byte beyond 127 for a negative number.
        printf '%%%02X' $((code & 255))
        ;;
    esac
  done
}

# basic_config ID SECRET: for `curl -K -`, so that no process list shows the secret. Both are form-encoded (RFC 6749 §2.3.1), which leaves
# nothing that curl's own quoting would read otherwise.
basic_config() { printf 'user = "%s:%s"\n' "$(form_encode "$1")" "$(form_encode "$2")"; }
