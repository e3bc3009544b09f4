#!/bin/sh
# Writes nginx's upstreams from names, and again whenever their addresses change; nginx itself resolves a name only once. The image's
# entrypoint runs this before nginx. UPSTREAMS: "upstream=host:port[,host:port...]", with spaces between; a name with several addresses
# (a scaled service) gives several servers, a name that does not resolve gives none.
set -eu

UPSTREAMS=${UPSTREAMS:-auth=diode-auth:80 ingester=diode-ingester:80 reconciler=diode-reconciler:80 hydra=hydra:4444}
FILE=${UPSTREAMS_FILE:-/tmp/upstreams.conf}
CERTIFICATE=${UPSTREAMS_CERTIFICATE:-/run/diode/diode.crt}
EVERY=${UPSTREAMS_EVERY:-2}
PID=${UPSTREAMS_NGINX_PID:-/tmp/nginx.pid}
# Looks at a name that gives no address before its last addresses are given up: a resolver that stumbles is likelier than nobody there.
PATIENCE=3
# Each reload costs RELOAD_COST of a credit that grows by one with each look, up to CREDIT_MAX: ten at once, then one in five looks. A container that
# comes and goes for ever would else leave a crowd of old workers, each waiting for its last request.
RELOAD_COST=5
CREDIT_MAX=50

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
  for pair in $(printf '%s' "$1" | tr ',' ' '); do
    for address in $(addresses "${pair%:*}"); do
      # One failed try takes a server out for a second: the other has the request, and a restarted one is soon back.
      printf '  server %s:%s max_fails=1 fail_timeout=1s;\n' "$address" "${pair##*:}"
    done
  done
}

# The servers of an upstream NAME: as its names say now, for a while as they said last, or nobody.
servers_or_last() {
  lines=$(servers "$2")
  if [ -n "$lines" ]; then
    printf '%s\n' "$lines" >"$FILE.$1"
    echo 0 >"$FILE.$1.missed"
  else
    missed=$(cat "$FILE.$1.missed" 2>/dev/null) || missed=$PATIENCE
    if [ "$missed" -lt "$PATIENCE" ]; then
      echo $((missed + 1)) >"$FILE.$1.missed"
      lines=$(cat "$FILE.$1")
    fi
  fi
  # Nobody: nginx must start all the same, and answers 502.
  printf '%s\n' "${lines:-  server 127.0.0.1:9;}"
}

# Idle connections live shorter than a service drains (DIODE_DRAIN_SECONDS, 3): none is closed under a request on its way.
upstream() {
  printf 'upstream %s {\n  zone %s 128k;\n%s\n  keepalive 64;\n  keepalive_timeout 2s;\n}\n' "$1" "$1" "$2"
}

render() {
  ! $LETS_GO_LATE || printf 'keepalive_min_timeout 5s;\n'
  for one in $UPSTREAMS; do
    lines=$(servers_or_last "${one%%=*}" "${one#*=}")
    upstream "${one%%=*}" "$lines"
    # HTTP/2 connections are kept apart from those of HTTP/1.1.
    [ "${one%%=*}" != ingester ] || upstream ingester_grpc "$lines"
  done
}

certificate() { cksum "$CERTIFICATE" 2>/dev/null || true; }

# What FILE says is what nginx was told: scripts/rolling-restart.sh looks there.
watch() {
  told=$(certificate)
  credit=$CREDIT_MAX
  while sleep "$EVERY"; do
    render >"$FILE.new"
    [ "$credit" -ge "$CREDIT_MAX" ] || credit=$((credit + 1))
    now=$(certificate)
    if [ "$now" = "$told" ] && cmp -s "$FILE.new" "$FILE"; then continue; fi
    [ "$credit" -ge "$RELOAD_COST" ] || continue
    [ -s "$PID" ] || continue
    credit=$((credit - RELOAD_COST))
    reload && told=$now
  done
}

# Only what nginx can use: FILE stays what it was told, and a key that is not the certificate's ends nothing.
refusal=
reload() {
  cp "$FILE" "$FILE.old"
  mv "$FILE.new" "$FILE"
  if said=$(nginx -t -q 2>&1); then
    refusal=
    echo "upstreams or certificate changed: reloading"
    nginx -s reload
  else
    mv "$FILE.old" "$FILE"
    [ "$said" = "$refusal" ] || echo "upstreams or certificate changed, and nginx cannot use them: $said"
    refusal=$said
    return 1
  fi
}

# From 1.27.4 on a reload may let a client's idle connection live some seconds more, so that it is not closed under the client's next request.
lets_go_late() {
  {
    printf 'pid %s.probe.pid; events {} http { keepalive_min_timeout 5s; ' "$FILE"
    printf '%s_temp_path /tmp/probe; ' client_body proxy fastcgi uwsgi scgi
    printf '}\n'
  } >"$FILE.probe"
  if nginx -t -q -e /dev/null -c "$FILE.probe" >/dev/null 2>&1; then echo true; else echo false; fi
  rm -rf "$FILE.probe" "$FILE.probe.pid" /tmp/probe
}

LETS_GO_LATE=$(lets_go_late)
render >"$FILE"
[ "${1:-}" = --once ] && exit 0
watch &
