#!/usr/bin/env bash
# test-faults.sh - what the dispatcher does when its store fails: disk full, read-only, I/O errors, locked.
#
# In the middle of a wave the store stops taking writes. Nothing new may be
# begun, it is said once, and when the store is well again the wave goes on:
# everybody once, nothing uncertain - what was accepted meanwhile was kept.
# Also: told to stop, or killed, while the store is failing.
# shellcheck disable=SC2317 # ok calls the functions by name
# shellcheck disable=SC2154 # wave.sh sets them
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh
# shellcheck source=tests/e2e/wave.sh
. tests/e2e/wave.sh
messages=${1:-1200} connections=${2:-8}
thumoi=${BUILD:-build}/bin/thumoi thumoid=${BUILD:-build}/bin/thumoid
wave_begin 15
command -v gcc > /dev/null || skip_all "gcc is not installed"
gcc -std=gnu17 -D_GNU_SOURCE -Wall -Wextra -shared -fPIC -O1 -o "$dir/faultfs.so" tests/e2e/faultfs.c -lpthread || exit 1

# start PROGRAM [ARGUMENT]...: with a disk that fails when $dir/fault says so.
start() {
	rm -f "$dir/fault"
	env LD_PRELOAD="$dir/faultfs.so" FAULTFS_STORE="$THUMOI_DB" FAULTFS_FAULT="$dir/fault" THUMOI_RELAY="$relay" \
		THUMOI_CONNECTIONS="$connections" THUMOI_LOG_LEVEL=warn "$@" > "$dir/out" 2>&1 &
	run=$!
}
# Not by ok, whose subshell cannot wait.
run_ends() { wait "$run"; rc=$?; run=''; return $rc; }
ends_well() { run_ends; is $? 0 "$1"; [ "$rc" -eq 0 ] || tail -n 5 "$dir/out"; }

# The sink takes nothing more: two looks, half a second apart, see the same.
sink_rests() {
	local before
	for _ in $(seq 40); do
		before=$(sink_count)
		sleep 0.5
		[ "$(sink_count)" -ne "$before" ] || return 0
	done
	return 1
}

went_on() {
	is "$(grep -ac 'store .*state=resting' "$dir/out")" 1 "$1: said once"
	has "$(grep -a 'state=resting' "$dir/out")" "$2" "$1: in words that help"
	is "$(grep -ac 'store .*state=back' "$dir/out")" 1 "$1: and when it is over"
	count_all
	is "$copies $lost $(query "SELECT count(*) FROM invite WHERE state = 'accepted' AND attempts = 1")" "0 0 $messages" \
		"$1: everybody once, in one attempt"
	is "$uncertain" 0 "$1: nothing is uncertain"
}

while IFS='|' read -r word label text; do
	ok "$label: a store" make_store "$messages"
	start "$thumoi" -q wave run k w
	until_sink 100
	echo "$word" > "$dir/fault"
	ok "$label: nothing new is begun" sink_rests
	ok "$label: long before the end" test "$(sink_count)" -lt "$messages"
	rm "$dir/fault"
	ends_well "$label: the wave ends well"
	went_on "$label" "$text"
done <<'X2'
ENOSPC|disk full|no room left
EROFS|read-only|s.db
EIO|I/O error|disk I/O error
SYNC|fsync fails|disk I/O error
X2

# Locked by another process, longer than the dispatcher waits for a lock.
ok "locked: a store" make_store "$messages"
start "$thumoi" -q wave run k w
until_sink 100
sqlite3 -cmd '.timeout 5000' "$dir/s.db" 'BEGIN IMMEDIATE' ".shell sleep ${LOCKED_S:-4}" ROLLBACK
ends_well "locked: the wave ends well"
went_on locked "locked by another process"

# Killed while the disk is full: the journal knows what was accepted and not recorded.
ok "killed: a store" make_store "$messages"
start "$thumoi" -q wave run k w
until_sink 100
echo ENOSPC > "$dir/fault"
sink_rests
kill -9 "$run"
run_ends 2> /dev/null
rm "$dir/fault"
ok "killed with a full disk: the next run ends well" wave_run
count_all
is "$copies $uncertain $lost" "0 0 0" "killed with a full disk: what was accepted is recorded, nobody gets a copy"
never_twice_never_lost "killed with a full disk"

# The daemon, told to stop while the disk is full.
ok "stopped: a store" make_store "$messages"
start "$thumoi" -q wave run k w
until_sink 1
kill "$run"
run_ends
start "$thumoid" --no-web --no-inbound
until_sink 100
echo ENOSPC > "$dir/fault"
sink_rests
kill "$run"
began=$SECONDS
ends_well "stopped with a full disk: the daemon ends"
ok "stopped with a full disk: within 15 seconds" test $((SECONDS - began)) -le 15
rm "$dir/fault"
ok "stopped with a full disk: the next run ends well" wave_run
count_all
is "$copies $uncertain $lost" "0 0 0" "stopped with a full disk: nobody gets a copy"

# A disk that is really full, when it may be made here.
mkdir "$dir/small"
if mount -t tmpfs -o size=12m tmpfs "$dir/small" 2> /dev/null; then
	trap 'kill $sink $run 2> /dev/null; umount "$dir/small"; rm -rf "$dir"' EXIT
	ok "small disk: a store" make_store "$messages"
	cp "$dir"/s.db* "$dir/small/"
	THUMOI_DB=$dir/small/s.db
	env THUMOI_LOG_LEVEL=warn "$thumoi" -q wave run k w --relay "$relay" --connections "$connections" > "$dir/out" 2>&1 &
	run=$!
	until_sink 100
	cat /dev/zero > "$dir/small/filler" 2> /dev/null
	ok "small disk: nothing new is begun" sink_rests
	rm "$dir/small/filler"
	ends_well "small disk: the wave ends well"
	cp "$dir"/small/s.db* "$dir/"
	went_on "small disk" "no room left"
else
	skip_one "no tmpfs can be mounted here"
fi
tap_done
