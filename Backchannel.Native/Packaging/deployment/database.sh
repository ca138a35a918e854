#!/bin/sh
# What a database of the deployment can be told. In its container this file is the command `database`; README.md says when to use which verb.
#
#   start [OPTION...]   run the server; refuses where there are no data, and where it was fenced
#   initialise          make the first database, empty; once in the life of a deployment
#   follow HOST [PORT]  copy the primary on HOST and become its standby; data that are here are kept aside
#   fence               refuse to start until it follows again; the server has to be stopped
#   promote             become the primary, without a standby for now; refuses while the old primary answers
#   alone, together     commit without the standby; wait for it again
#   status              what this server is, and how its standby stands
#   backup              write a backup to standard output
#   try                 read a backup, restore it beside the database, count, and remove it again
#   restore             read a backup and put it in the place of the database, which is kept under another name
set -eu
umask 077

database=backchannel
: "${PGDATA:?} ${PGHOST:?} ${NODE:?} ${SECRETS:?} ${HBA:?}"
port="${PGPORT:-5432}"
fence="$PGDATA.fenced"
# Where libpq would look for certificates of its own: whoever runs this may have another user's HOME.
export HOME="${PGDATA%/*}"

say() { echo "database: $*" >&2; }

refuse() {
    say "$*"
    exit 1
}

sql() { psql -XAtq -v ON_ERROR_STOP=1 -d "${2:-postgres}" -c "$1"; }

# Each name has one line in the pgpass file; the passwords have no character that SQL or the file would take for its own.
password_of() { sed -n "s/^[^#].*:$1:\([0-9a-f]*\)\$/\1/p" "$SECRETS/database.pgpass" | head -n 1; }

# Over the network: a container that only runs a verb does not see the socket of the one that serves.
runs() { pg_isready -q -U replicator -d postgres -h "${ADDRESS:-$NODE}" -p "$port" -t 3; }

is_standby() {
    in_recovery="$(sql 'SELECT pg_is_in_recovery()')" || refuse "$NODE does not answer."
    [ "$in_recovery" = t ]
}

start() {
    if [ -e "$fence" ]; then
        refuse "$NODE is fenced: another database has become the primary. Make this one its standby with 'follow', see README.md."
    fi
    if [ ! -s "$PGDATA/PG_VERSION" ]; then
        refuse "there are no data in $PGDATA. The first database of a deployment is made with 'initialise', every other one with 'follow'."
    fi
    exec postgres -D "$PGDATA" -c port="$port" -c listen_addresses="${LISTEN:-*}" -c unix_socket_directories="$PGHOST" -c hba_file="$HBA" \
        -c ssl=on -c ssl_cert_file="$SECRETS/server.crt" -c ssl_key_file="$SECRETS/server.key" \
        -c max_connections=100 -c shared_buffers=512MB -c wal_level=replica -c max_wal_senders=5 -c max_replication_slots=5 \
        -c max_slot_wal_keep_size=16GB -c hot_standby=on -c hot_standby_feedback=on "$@"
}

initialise() {
    [ ! -e "$PGDATA" ] || refuse "there are data in $PGDATA already. Nothing was changed."
    [ -n "$(password_of postgres)" ] || refuse "$SECRETS/database.pgpass has no password of postgres. Run prepare.sh."
    rm -rf "$PGDATA.new"
    trap 'rm -f "$PGDATA.password"' EXIT
    password_of postgres >"$PGDATA.password"
    initdb -D "$PGDATA.new" -U postgres --pwfile="$PGDATA.password" --auth=scram-sha-256 -E UTF8 --locale=C --data-checksums --no-instructions >&2
    # No server, no socket: nobody else sees the database before it is whole. From now on a commit waits for a standby.
    postgres --single -D "$PGDATA.new" -c exit_on_error=on -c log_min_error_statement=panic postgres >/dev/null <<SQL
CREATE ROLE replicator LOGIN REPLICATION PASSWORD '$(password_of replicator)'
CREATE ROLE $database LOGIN PASSWORD '$(password_of $database)'
CREATE DATABASE $database OWNER $database TEMPLATE template0
ALTER SYSTEM SET synchronous_standby_names = 'FIRST 1 ("database-1", "database-2")'
SQL
    mv "$PGDATA.new" "$PGDATA"
    say "$NODE is made. Start it, then let the other database follow it: until then nothing can be written."
}

follow() {
    ! runs || refuse "$NODE runs. Stop it first."
    primary="host=${1:?follow which host?} port=${2:-5432} user=replicator sslmode=verify-full sslrootcert=$SECRETS/ca.crt connect_timeout=5"
    slot="$(echo "$NODE" | tr - _)"
    rm -rf "$PGDATA.new"
    [ "$(psql -XAtqw -d "$primary dbname=postgres" -c 'SELECT pg_is_in_recovery()')" = f ] || refuse "$1 is no primary."
    # The primary keeps what this standby has not read yet, up to max_slot_wal_keep_size.
    psql -XAtqw -v ON_ERROR_STOP=1 -d "$primary dbname=postgres" >/dev/null \
        -c "SELECT pg_create_physical_replication_slot('$slot', true) WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = '$slot')"
    pg_basebackup -w -d "$primary application_name=$NODE" -D "$PGDATA.new" -S "$slot" -R -X stream -c fast >&2
    if [ -e "$PGDATA" ]; then
        aside="$PGDATA.before-$(date -u +%Y%m%dT%H%M%S)"
        mv "$PGDATA" "$aside"
        say "what was here before is kept in $aside; remove it when nothing in it is missed"
    fi
    mv "$PGDATA.new" "$PGDATA"
    rm -f "$fence"
    say "$NODE follows $1 as soon as it is started."
}

fence() {
    ! runs || refuse "$NODE runs. Stop it first: a fence keeps it from starting, it stops nothing."
    : >"$fence"
    say "$NODE is fenced."
}

promote() {
    is_standby || refuse "$NODE is the primary already."
    old="$(sql "SHOW primary_conninfo")"
    host="$(echo "$old" | sed -n "s/.* host='*\([^' ]*\).*/\1/p")"
    old_port="$(echo "$old" | sed -n "s/.* port='*\([0-9]*\).*/\1/p")"
    if pg_isready -q -U replicator -d postgres -h "$host" -p "${old_port:-5432}" -t 3; then
        refuse "the old primary on $host still answers. Stop it and fence it first, or there will be two."
    fi
    [ "$(sql 'SELECT pg_promote(true, 60)')" = t ] || refuse "$NODE has not become the primary within 60 s. See its log."
    alone
}

alone() {
    ! is_standby || refuse "$NODE is a standby."
    sql "ALTER SYSTEM SET synchronous_standby_names = ''"
    sql 'SELECT pg_reload_conf()' >/dev/null
    say "$NODE commits without a standby. If its disk is lost now, so is what it acknowledged. Say 'together' when a standby follows it."
}

together() {
    ! is_standby || refuse "$NODE is a standby."
    [ "$(sql "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND application_name IN ('database-1', 'database-2')")" != 0 ] ||
        refuse "no standby follows $NODE: nothing could be written. Start one first, and see 'status'."
    sql "ALTER SYSTEM SET synchronous_standby_names = 'FIRST 1 (\"database-1\", \"database-2\")'"
    sql 'SELECT pg_reload_conf()' >/dev/null
    say "$NODE waits for its standby with every commit."
}

status() {
    if is_standby; then
        sql "SELECT '$NODE: standby, ' || coalesce((SELECT status || ' from ' || sender_host FROM pg_stat_wal_receiver), 'follows nobody now')
            || ', last change applied ' || coalesce(pg_last_xact_replay_timestamp()::text, 'unknown')"
    else
        sql "SELECT '$NODE: primary, ' || CASE current_setting('synchronous_standby_names') WHEN '' THEN 'alone' ELSE 'waits for a standby' END"
        sql "SELECT application_name || ': ' || state || ', ' || sync_state || ', behind by ' || pg_wal_lsn_diff(pg_current_wal_lsn(), flush_lsn) || ' bytes'
            FROM pg_stat_replication"
    fi
}

backup() { exec pg_dump -Fc -d "$database"; }

# Restores standard input under a name of its own.
load() {
    ! is_standby || refuse "$NODE is a standby. A backup is restored on the primary."
    sql "DROP DATABASE IF EXISTS ${database}_restored"
    sql "CREATE DATABASE ${database}_restored OWNER $database TEMPLATE template0"
    pg_restore --exit-on-error --single-transaction -d "${database}_restored"
    say "restored: $(sql 'SELECT count(*) FROM channels' "${database}_restored") channels, $(sql 'SELECT count(*) FROM messages' "${database}_restored") messages"
}

try() {
    load
    sql "DROP DATABASE ${database}_restored"
}

restore() {
    [ "$(sql "SELECT count(*) FROM pg_stat_activity WHERE datname = '$database'")" = 0 ] || refuse "buses are connected. Stop them first."
    load
    before="${database}_before_$(date -u +%Y%m%dt%H%M%S)"
    sql "BEGIN; ALTER DATABASE $database RENAME TO $before; ALTER DATABASE ${database}_restored RENAME TO $database; COMMIT"
    say "what was there before is the database $before; drop it when nothing in it is missed"
}

verb="${1:-start}"
[ $# = 0 ] || shift
case "$verb" in
    start | initialise | follow | fence | promote | alone | together | status | backup | try | restore) "$verb" "$@" ;;
    *) refuse "there is no verb '$verb'. See the head of this file." ;;
esac
