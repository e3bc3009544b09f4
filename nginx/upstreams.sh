#!/bin/sh
# Writes nginx's upstreams from names, and again whenever their addresses change; nginx itself resolves a name only once. The image's
# entrypoint runs this before nginx. UPSTREAMS: "upstream=host:port[,host:port...]", with spaces between; a name with several addresses
# (a scaled service) gives several servers, a name that does not resolve gives none.
set -eu

UPSTREAMS=${UPSTREAMS:-auth=diode-auth:80 ingester=diode-ingester:80 reconciler=diode-reconciler:80 hydra=hydra:4444}
FILE=${UPSTREAMS_FILE:-/tmp/upstreams.conf}
CERTIFICATE=${UPSTREAMS_CERTIFICATE:-/run/diode/diode.crt}
EVERY=${UPSTREAMS_EVERY:-2}

# IPv4 addresses of a name, sorted. glibc has ahostsv4; musl's getent has not, busybox's nslookup is there instead.
addresses() {
  case $1 in *[!0-9.]*) ;; *) printf '%s\n' "$1"; return ;; esac
  {
    getent ahostsv4 "$1" 2>/dev/null | awk '{ print $1 }' | grep . ||
      nslookup -type=a "$1" 2>/dev/null | awk '/^Name:/ { named = 1 } named && /^Address/ { print $NF }' ||
      true
  } | grep -E '^[0-9]+(\.[0-9]+){3}$' | sort -u || true
}

# Lines "server ADDRESS:PORT ...;" of "host:port,host:port".
servers() {
  found=
  for pair in $(printf '%s' "$1" | tr ',' ' '); do
    for address in $(addresses "${pair%:*}"); do
      found=yes
      # One failed try takes a server out for a second: the other has the request, and a restarted one is soon back.
      printf '  server %s:%s max_fails=1 fail_timeout=1s;\n' "$address" "${pair##*:}"
    done
  done
  # Nobody: nginx must start all the same, and answers 502.
  [ -n "$found" ] || printf '  server 127.0.0.1:9;\n'
}

# Idle connections live shorter than a service drains (DIODE_DRAIN_SECONDS, 3): none is closed under a request on its way.
upstream() {
  printf 'upstream %s {\n  zone %s 128k;\n%s\n  keepalive 64;\n  keepalive_timeout 2s;\n}\n' "$1" "$1" "$2"
}

render() {
  for one in $UPSTREAMS; do
    lines=$(servers "${one#*=}")
    upstream "${one%%=*}" "$lines"
    # HTTP/2 connections are kept apart from those of HTTP/1.1.
    [ "${one%%=*}" != ingester ] || upstream ingester_grpc "$lines"
  done
}

fingerprint() {
  cat "$FILE"
  cksum "$CERTIFICATE" 2>/dev/null || true
}

watch() {
  before=$(fingerprint)
  while sleep "$EVERY"; do
    render >"$FILE.new" && mv "$FILE.new" "$FILE"
    now=$(fingerprint)
    [ "$now" != "$before" ] || continue
    [ -s /tmp/nginx.pid ] || continue
    echo "upstreams changed: reloading"
    nginx -s reload && before=$now
  done
}

render >"$FILE"
[ "${1:-}" = --once ] && exit 0
watch &
