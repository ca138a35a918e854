#!/bin/sh
# Makes what compose.yaml needs beside the files of the release: .env, passwd, and passwords, keys and certificates in secrets/.
#
#   ./prepare.sh NAME [--cert FILE --key FILE] [--user UID:GID] [--port PORT] [--network CIDR]
#
#   NAME     the name by which clients reach the bus, such as bus.example.org
#   --cert   the certificate chain for NAME and its key, in PEM form. Without them the deployment's own authority (secrets/ca.crt) makes one,
#            which is good for trying: clients need SSL_CERT_FILE=ca.crt then.
#   --user   who owns the secrets and whom the containers run as; default: who runs this script. It may not be root: PostgreSQL refuses that.
#   --port   the port of the proxy on this machine; default 443
#   --network  a network of the containers that nothing else on this machine uses; default 172.31.240.0/24
#
# What is there already is kept; only a certificate that is given replaces the old one. To renew a certificate between buses and databases, remove
# it and its key from secrets/ and run this again.
set -eu
umask 077
cd "$(dirname "$0")"

refuse() {
    echo "prepare.sh: $*" >&2
    exit 1
}

name="" certificate="" key="" port=443 network=172.31.240.0/24 user="$(id -u):$(id -g)"
[ "$(id -u)" != 0 ] || user="${SUDO_UID:-0}:${SUDO_GID:-0}"
while [ $# -gt 0 ]; do
    case "$1" in
        --cert) certificate="${2:?}" && shift ;;
        --key) key="${2:?}" && shift ;;
        --user) user="${2:?}" && shift ;;
        --port) port="${2:?}" && shift ;;
        --network) network="${2:?}" && shift ;;
        -*) refuse "there is no option $1. See the head of this file." ;;
        *) name="$1" ;;
    esac
    shift
done
case "$name" in
    "") refuse "say by which name clients reach the bus: ./prepare.sh bus.example.org" ;;
    *[!A-Za-z0-9.-]*) refuse "'$name' is no host name." ;;
esac
case "$user" in
    0:* | *[!0-9:]* | :* | *: | *:*:*) refuse "PostgreSQL does not run as root. Name another user: --user \$(id -u SOMEBODY):\$(id -g SOMEBODY)" ;;
    *:*) ;;
    *) refuse "--user is two numbers, UID:GID." ;;
esac
case "$certificate,$key" in
    , | ?*,?*) ;;
    *) refuse "--cert and --key need each other." ;;
esac
command -v openssl >/dev/null || refuse "openssl is missing."

mkdir -p secrets
chmod 700 secrets
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# A file appears whole or not at all.
made() {
    chmod 600 "$work/$1"
    mv "$work/$1" "secrets/$1"
    echo "secrets/$1" >&2
}

random() { openssl rand -hex 24; }

request() { openssl req -config "$work/openssl.cnf" -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "$@" 2>"$work/errors" || refuse "$(cat "$work/errors")"; }

cat >"$work/openssl.cnf" <<CNF
[req]
distinguished_name = subject
prompt = no
[subject]
CN = $name
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
CNF

if [ ! -e secrets/ca.crt ]; then
    request -x509 -extensions authority -days 3650 -subj "/CN=backchannel deployment $(openssl rand -hex 4)" -keyout "$work/ca.key" -out "$work/ca.crt"
    made ca.key
    made ca.crt
fi

# certify FILE DAYS NAME...: a key and a certificate of the deployment's own authority.
certify() {
    file="$1" days="$2" names=""
    shift 2
    for each in "$@"; do
        names="$names,DNS:$each"
    done
    request -subj "/CN=$1" -keyout "$work/$file.key" -out "$work/$file.csr"
    cat >"$work/$file.cnf" <<CNF
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = ${names#,}
CNF
    openssl x509 -req -in "$work/$file.csr" -CA secrets/ca.crt -CAkey secrets/ca.key -set_serial "0x$(openssl rand -hex 16)" -days "$days" \
        -extfile "$work/$file.cnf" -out "$work/$file.crt" 2>"$work/errors" || refuse "$(cat "$work/errors")"
}

for node in database-1 database-2; do
    if [ ! -e "secrets/$node.crt" ]; then
        certify "$node" 3650 "$node" localhost
        made "$node.key"
        made "$node.crt"
    fi
done

if [ -n "$certificate" ]; then
    cat "$certificate" "$key" >"$work/proxy.pem"
    made proxy.pem
elif [ ! -e secrets/proxy.pem ]; then
    certify proxy 397 "$name" localhost
    cat "$work/proxy.crt" "$work/proxy.key" >"$work/proxy.pem"
    made proxy.pem
fi

if [ ! -e secrets/database.pgpass ]; then
    bus="*:*:*:backchannel:$(random)"
    {
        echo "*:*:*:postgres:$(random)"
        echo "*:*:*:replicator:$(random)"
        echo "$bus"
    } >"$work/database.pgpass"
    echo "$bus" >"$work/bus.pgpass"
    made bus.pgpass
    made database.pgpass
fi

if [ ! -e secrets/bus.env ]; then
    echo "BACKCHANNEL_ADMIN_TOKEN=$(random)" >"$work/bus.env"
    made bus.env
fi

address="https://$name"
[ "$port" = 443 ] || address="$address:$port"
umask 022
# PostgreSQL's programs want a name for whoever runs them.
echo "postgres:x:$user::/tmp:/bin/sh" >passwd
if [ ! -e .env ]; then
    cat >.env <<ENV
BACKCHANNEL_USER=$user
BACKCHANNEL_ADDRESS=$address
BACKCHANNEL_PORT=$port
BACKCHANNEL_NETWORK=$network
ENV
fi
[ "$(id -u)" != 0 ] || chown -R "$user" secrets .env passwd
echo "prepare.sh: ready; the bus will be $(sed -n 's/^BACKCHANNEL_ADDRESS=//p' .env)" >&2
