#!/usr/bin/env bash
# test-kill.sh [MESSAGES [KILLS [DELAY_MS [CONNECTIONS [PROGRAM]]]]] - kill -9 in the middle of a wave, again and again.
#
# The sink is slowed so that kills hit every phase. PROGRAM is run (thumoi wave
# run) or daemon (thumoid); KILL_AFTER=SECONDS makes every kill come so soon
# (0.02: at the start, while what was left is recovered), else it is chosen
# between 0.1 and 0.9 s. Afterwards: nobody is lost; copies are at most one a
# courier and kill; exactly the invites recorded as uncertain may have one,
# with the same Message-ID. The long form:
#	tests/e2e/test-kill.sh 20000 100 20 8
# shellcheck disable=SC2317 # ok calls the functions by name
# shellcheck disable=SC2154 # wave.sh sets them
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh
# shellcheck source=tests/e2e/wave.sh
. tests/e2e/wave.sh
messages=${1:-1500} kills=${2:-12} delay=${3:-25} connections=${4:-8} program=${5:-run}
thumoi=${BUILD:-build}/bin/thumoi thumoid=${BUILD:-build}/bin/thumoid
wave_begin "$delay"

start() {
	if [ "$1" = daemon ]; then
		THUMOI_RELAY=$relay THUMOI_CONNECTIONS=$connections "$thumoid" --no-web > "$dir/out" 2>&1 &
	else
		"$thumoi" -q wave run k w --relay "$relay" --connections "$connections" > "$dir/out" 2>&1 &
	fi
	run=$!
}

ok "a store with $messages people" make_store "$messages"
done_kills=0
# The daemon sends what is planned; planning is the command's, which is killed first.
if [ "$program" = daemon ]; then
	start run
	until_sink 1
	kill -9 "$run"
	wait "$run" 2> /dev/null
	done_kills=1
fi
while [ "$done_kills" -lt "$kills" ]; do
	start "$program"
	sleep "${KILL_AFTER:-0.$((RANDOM % 8 + 1))$((RANDOM % 10))}"
	[ "$program" != daemon ] || [ "$(query "SELECT count(*) FROM wave WHERE state = 'done'")" = 0 ] || break
	if kill -9 "$run" 2> /dev/null; then
		done_kills=$((done_kills + 1))
		wait "$run" 2> /dev/null
	else
		wait "$run"
		break
	fi
done
[ "$program" != daemon ] || { kill "$run" && wait "$run"; } 2> /dev/null
run=''
ok 'the last run ends well' wave_run
count_all
echo "# $done_kills kills of $program, $messages messages, $connections couriers: $copies copies, $uncertain uncertain, $lost lost"
ok "at most one copy a courier and kill" test "$copies" -le $((done_kills * connections))
never_twice_never_lost "$done_kills kills"
tap_done
