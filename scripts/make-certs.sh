#!/bin/sh
# A private CA and a server certificate for nginx, with nothing but openssl.
set -eu

usage() {
  cat <<'TXT'
Usage: scripts/make-certs.sh [--out DIR] [--ca-dir DIR] [--name NAME]... [--days N] [--renew-before DAYS] [--force] [--quiet]

Makes a private CA (ca.crt, ca.key; 10 years) and a server certificate signed by it (diode.crt, diode.key).
What is there and still good is left alone, so running it again is safe. Clients trust ca.crt.

  --out DIR             where to; default nginx/ssl, where Compose takes it up at the next `docker compose up -d`
  --ca-dir DIR          where the CA is kept, ca.key with it; default nginx/ca, which no container sees; with --out the same DIR
  --name NAME           a DNS name or an address the certificate is for; may be repeated; default localhost
                        (localhost, 127.0.0.1 and ::1 are always in it)
  --days N              life of the server certificate; default 397
  --renew-before DAYS   renew a certificate that ends sooner than this; default 30
  --force               make a new server certificate (the CA stays)
  --quiet               say only what goes wrong

In nginx/ssl the key must be readable for user 1000, as whom the container reads it: run as root, it is given to that user; run as another,
it is made readable for the group 1000, or it is said what is left to do.

Exit: 0 made or still good, 1 openssl failed, the folder cannot be written or the CA's key is not there, 2 usage.
TXT
}

die() { printf 'make-certs: %s\n' "$*" >&2; exit 1; }
wrong() { printf 'make-certs: %s\n' "$*" >&2; usage >&2; exit 2; }

# As whom diode-init reads nginx/ssl: the user of its image.
reader=1000
checkout=$(cd "$(dirname "$0")/.." && pwd -P)
out=$checkout/nginx/ssl ca_dir=''
days=397 renew_before=30 force=false quiet=false names=localhost
while [ $# -gt 0 ]; do
  case $1 in
    --help | -h) usage; exit 0 ;;
    --out | --ca-dir | --name | --days | --renew-before)
      [ $# -ge 2 ] || wrong "$1 needs a value"
      case $1 in
        --out) out=$2 ;;
        --ca-dir) ca_dir=$2 ;;
        --name)
          case $2 in "" | *[!A-Za-z0-9.:*-]*) wrong "\"$2\" is no name or address" ;; esac
          names="$names $2" ;;
        --days) days=$2 ;;
        --renew-before) renew_before=$2 ;;
      esac
      shift ;;
    --force) force=true ;;
    --quiet) quiet=true ;;
    *) wrong "unknown option $1" ;;
  esac
  shift
done
for number in "$days" "$renew_before"; do
  case $number in "" | *[!0-9]*) wrong "\"$number\" is no number of days" ;; esac
done

say() { [ "$quiet" = true ] || printf '%s\n' "$*"; }
command -v openssl >/dev/null 2>&1 || die "openssl is not on PATH; install it (Debian: apt-get install openssl) and run this again."
mkdir -p "$out" || die "$out cannot be made."
[ -w "$out" ] || die "$out cannot be written."
served=false
[ "$(cd "$out" && pwd -P)" != "$checkout/nginx/ssl" ] || served=true
if [ -z "$ca_dir" ]; then
  if [ "$served" = true ]; then ca_dir=$checkout/nginx/ca; else ca_dir=$out; fi
fi
work=$(mktemp -d "$out/.make-certs.XXXXXX") || die "$out cannot be written."
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
umask 077

run() {
  openssl "$@" >"$work/openssl.log" 2>&1 || { cat "$work/openssl.log" >&2; die "openssl $1 failed; its words are above."; }
}

# A folder of its own for the CA, which Git does not take; and what an earlier run left beside the certificate goes there.
keep_ca_apart() {
  (umask 077 && mkdir -p "$ca_dir") || die "$ca_dir cannot be made."
  [ -w "$ca_dir" ] || die "$ca_dir cannot be written."
  [ "$ca_dir" != "$checkout/nginx/ca" ] || [ -f "$ca_dir/.gitignore" ] || printf '*\n' >"$ca_dir/.gitignore"
  if [ "$served" = true ] && [ -f "$out/ca.key" ] && [ -f "$out/ca.crt" ] && [ ! -f "$ca_dir/ca.key" ]; then
    cp "$out/ca.crt" "$ca_dir/ca.crt"
    mv "$out/ca.key" "$ca_dir/ca.key"
    say "the CA's key is in $ca_dir now, away from what a container sees"
  fi
}

# Every name once, as subjectAltName writes it.
alt_names() {
  for name in $names 127.0.0.1 ::1; do
    case $name in
      *:* | [0-9]*.[0-9]*.[0-9]*.[0-9]*) printf 'IP:%s\n' "$name" ;;
      *) printf 'DNS:%s\n' "$name" ;;
    esac
  done | sort -u | paste -sd, -
}

# The key in nginx/ssl, for the user of the container too; and not for everybody here.
readable() {
  [ "$served" = true ] || return 0
  # shellcheck disable=SC2012
  case $(ls -ln "$1" | awk '{ print $1, $3, $4 }') in
    ???????r* | ?r*" $reader "* | ????r*" $reader") return 0 ;;
  esac
  if [ "$(id -u)" = 0 ]; then
    chown "$reader" "$1" 2>/dev/null && return 0
  else
    # Where who runs this is of that group.
    chgrp "$reader" "$1" 2>/dev/null && chmod 640 "$1" && return 0
  fi
  printf "make-certs: the container reads %s as user %s, and cannot yet: sudo chown %s '%s'\n" "$out/diode.key" "$reader" "$reader" "$out/diode.key" >&2
}

wanted=$(alt_names)
held=
[ ! -f "$out/diode.crt.names" ] || held=$(cat "$out/diode.crt.names")
if [ "$force" = false ] && [ "$held" = "$wanted" ] && [ -f "$out/diode.key" ] &&
  openssl x509 -in "$out/diode.crt" -noout -checkend $((renew_before * 86400)) >/dev/null 2>&1 &&
  openssl verify -CAfile "$out/ca.crt" "$out/diode.crt" >/dev/null 2>&1; then
  keep_ca_apart
  readable "$out/diode.key"
  say "the certificate is still good: $(openssl x509 -in "$out/diode.crt" -noout -enddate)"
  exit 0
fi
if [ -f "$out/diode.crt" ] && [ ! -f "$out/diode.crt.names" ]; then
  die "$out/diode.crt was not made by this script; move it away first."
fi
keep_ca_apart
if [ ! -f "$ca_dir/ca.key" ]; then
  for there in "$ca_dir/ca.crt" "$out/ca.crt"; do
    [ ! -f "$there" ] || die "$there is there and its key is not: bring $ca_dir/ca.key back, name its folder with --ca-dir, or remove $there for a new CA."
  done
fi
if [ ! -f "$ca_dir/ca.crt" ]; then
  cat >"$work/ca.cnf" <<'CNF'
[req]
distinguished_name = dn
x509_extensions = v3
prompt = no
[dn]
O = Diode
CN = Diode private CA
[v3]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
CNF
  run req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -config "$work/ca.cnf" \
    -keyout "$work/ca.key" -out "$work/ca.crt"
  chmod 644 "$work/ca.crt"
  mv "$work/ca.key" "$ca_dir/ca.key"
  mv "$work/ca.crt" "$ca_dir/ca.crt"
  say "made a private CA: $ca_dir/ca.crt, and its key beside it"
fi

cat >"$work/server.cnf" <<CNF
[req]
distinguished_name = dn
prompt = no
[dn]
O = Diode
CN = ${names##* }
[v3]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = $wanted
authorityKeyIdentifier = keyid
CNF
run req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -config "$work/server.cnf" -keyout "$work/diode.key" -out "$work/diode.csr"
run x509 -req -in "$work/diode.csr" -CA "$ca_dir/ca.crt" -CAkey "$ca_dir/ca.key" -set_serial "0x$(openssl rand -hex 16)" -days "$days" \
  -extfile "$work/server.cnf" -extensions v3 -out "$work/server.crt"
cat "$work/server.crt" "$ca_dir/ca.crt" >"$work/diode.crt"
printf '%s\n' "$wanted" >"$work/names"
chmod 644 "$work/diode.crt" "$work/names"
readable "$work/diode.key"
if ! cmp -s "$ca_dir/ca.crt" "$out/ca.crt"; then
  cp "$ca_dir/ca.crt" "$work/ca.crt"
  chmod 644 "$work/ca.crt"
  mv "$work/ca.crt" "$out/ca.crt"
fi
mv "$work/diode.key" "$out/diode.key"
mv "$work/diode.crt" "$out/diode.crt"
mv "$work/names" "$out/diode.crt.names"
say "made $out/diode.crt for $wanted"
