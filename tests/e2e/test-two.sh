#!/usr/bin/env bash
# test-two.sh [MESSAGES] - several dispatchers on one store, told to stop, told to read their settings again.
#
# Whoever runs, everybody gets one message; who stops on SIGTERM leaves
# nothing half done; what a killed one leaves the living one takes over.
# shellcheck disable=SC2317 # ok calls the functions by name
# shellcheck disable=SC2154 # wave.sh sets them
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh
# shellcheck source=tests/e2e/wave.sh
. tests/e2e/wave.sh
messages=${1:-1000} connections=4
thumoi=${BUILD:-build}/bin/thumoi thumoid=${BUILD:-build}/bin/thumoid
wave_begin 15
export THUMOI_RELAY=$relay THUMOI_CONNECTIONS=$connections
ln -s s.db "$dir/link.db"
a='' b=''
trap 'kill $sink $a $b 2> /dev/null; rm -rf "$dir"' EXIT

# start NAME PROGRAM [ARGUMENT]...: its process number in $started, its words in $dir/NAME.
start() {
	local name=$1
	shift
	THUMOI_LOG_LEVEL=info "$@" > "$dir/$name" 2>&1 &
	started=$!
}
wave_done() {
	for _ in $(seq "${1:-400}"); do
		[ "$(query "SELECT state FROM wave")" != "done" ] || return 0
		sleep 0.1
	done
	return 1
}
# A running wave, planned by a command that met no relay and was stopped.
running_store() {
	local planner
	make_store "$messages" || return 1
	"$thumoi" -q wave run k w --relay smtp://127.0.0.1:1 > "$dir/out" 2>&1 &
	planner=$!
	for _ in $(seq 100); do [ "$(query "SELECT count(*) FROM wave WHERE state = 'running'")" -eq 0 ] || break; sleep 0.1; done
	sleep 0.2
	kill "$planner"
	wait "$planner"
	[ "$(query "SELECT count(*) FROM invite WHERE state = 'planned'")" -eq "$messages" ]
}
everybody_once() {
	count_all
	is "$copies $lost $(query "SELECT count(*) FROM invite WHERE state = 'accepted' AND attempts = 1")" "0 0 $messages" \
		"$1: everybody once, in one attempt"
	is "$(find "$dir" -name '*.db-courier-*' | wc -l)" 0 "$1: no journal is left"
}
both_sent() {
	ok "$1: both had a part in it" test "$(query 'SELECT count(DISTINCT claimed_by) FROM invite')" -eq 2
}
end_daemon() { kill "$1"; wait "$1"; is $? 0 "$2: the daemon ends with 0"; }

ok "two runs: a store" make_store "$messages"
start a "$thumoi" -q wave run k w
a=$started
until_sink 50
for db in s.db link.db; do
	THUMOI_DB=$dir/$db "$thumoi" -q wave run k w > "$dir/out" 2>&1
	is $? 0 "two runs: the second one ($db) ends with 0"
	has "$(cat "$dir/out")" "another process" "two runs: and says why ($db)"
done
wait "$a"
is $? 0 "two runs: the first ends well"
everybody_once "two runs"

ok "run and daemon: a store" running_store
start b "$thumoid" --no-web --no-inbound
b=$started
start a "$thumoi" -q wave run k w
a=$started
wait "$a"
is $? 0 "run and daemon: the run ends well"
both_sent "run and daemon"
end_daemon "$b" "run and daemon"
everybody_once "run and daemon"

ok "two daemons: a store" running_store
start a "$thumoid" --no-web --no-inbound
a=$started
THUMOI_DB=$dir/link.db start b "$thumoid" --no-web --no-inbound
b=$started
ok "two daemons: the wave is done" wave_done
both_sent "two daemons"
end_daemon "$a" "two daemons"
end_daemon "$b" "two daemons"
everybody_once "two daemons"

# Told to stop, again and again: each time within the messages at hand.
ok "stopped: a store" make_store "$messages"
times=0
while [ "$times" -lt 6 ]; do
	start a "$thumoi" -q wave run k w
	a=$started
	until_sink $((times * 100 + 50))
	kill "$a"
	wait "$a"
	rc=$?
	[ "$rc" -eq 1 ] || break
	times=$((times + 1))
	state="$(query "SELECT count(*) FROM invite WHERE state = 'sending'") $(query "SELECT count(*) FROM invite WHERE state = 'accepted'")"
	[ "$state" = "0 $(sink_count)" ] || break
done
is "$times" 6 "stopped: six times, with 1, and what went out is recorded ($state of $(sink_count))"
ok "stopped: the last run ends well" wave_run
everybody_once "stopped"

# The settings are read again while it sends; the last time with another number of connections.
ok "reloaded: a store" running_store
printf 'store = %s/s.db\nconnections = 2\n' "$dir" > "$dir/thumoi.conf"
start b env -u THUMOI_CONNECTIONS -u THUMOI_DB THUMOI_CONFIG="$dir/thumoi.conf" "$thumoid" --no-web --no-inbound
b=$started
for i in 1 2 3 4 5; do
	until_sink $((i * 60))
	sed -i "s/^connections.*/connections = $((i + 2))/" "$dir/thumoi.conf"
	kill -HUP "$b"
	for _ in $(seq 100); do [ "$(grep -c ' reloaded ' "$dir/b")" -ge "$i" ] && break; sleep 0.05; done
done
is "$(grep -c ' reloaded ' "$dir/b")" 5 "reloaded: five times"
ok "reloaded: the wave is done" wave_done
is "$(query 'SELECT count(DISTINCT claimed_by) FROM invite')" 6 "reloaded: each reading had a part in it"
end_daemon "$b" reloaded
everybody_once reloaded

# One of two is killed: the other finds it within half a minute.
ok "killed: a store" running_store
start b "$thumoid" --no-web --no-inbound
b=$started
start a "$thumoi" -q wave run k w
a=$started
until_sink 100
{ kill -9 "$a" && wait "$a"; } 2> /dev/null
ok "killed: the living one takes over" wave_done 600
end_daemon "$b" killed
count_all
ok "killed: at most one copy a courier" test "$copies" -le "$connections"
never_twice_never_lost killed
tap_done
