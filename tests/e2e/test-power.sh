#!/usr/bin/env bash
# test-power.sh [MESSAGES [LOSSES [CONNECTIONS]]] - the power fails in the middle of a wave, again and again.
#
# faultfs.c keeps beside the store what a disk would have kept: all that was
# synced, and of every 512 octets written since either the old or the new. At
# the moment of a loss the process is killed, and the next run finds that, with
# another boot_id, and journals as they were, emptied, or gone. Afterwards as
# in test-kill.sh. Last, a disk that lies about syncing must make it fail.
# shellcheck disable=SC2317 # ok calls the functions by name
# shellcheck disable=SC2154 # wave.sh sets them
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh
# shellcheck source=tests/e2e/wave.sh
. tests/e2e/wave.sh
messages=${1:-1500} losses=${2:-12} connections=${3:-8}
thumoi=${BUILD:-build}/bin/thumoi
wave_begin 10
command -v gcc > /dev/null || skip_all "gcc is not installed"
gcc -std=gnu17 -D_GNU_SOURCE -Wall -Wextra -shared -fPIC -O1 -o "$dir/faultfs.so" tests/e2e/faultfs.c -lpthread || exit 1
seed=${SEED:-$RANDOM}
RANDOM=$seed

# One run that ends at the Nth write or sync; 0: it lost power.
lose_power() {
	rm -rf "$dir/shadow"
	mkdir "$dir/shadow"
	printf '%08d-0000-4000-8000-%012d\n' "$RANDOM" "$1" > "$dir/boot"
	env LD_PRELOAD="$dir/faultfs.so" FAULTFS_STORE="$dir/s.db" FAULTFS_POWER="$1" FAULTFS_SHADOW="$dir/shadow" \
		FAULTFS_SEED="$RANDOM" FAULTFS_BOOT="$dir/boot" "${lie[@]}" \
		"$thumoi" -q wave run k w --relay "$relay" --connections "$connections" > "$dir/out" 2>&1 &
	run=$!
	wait "$run" 2> /dev/null
	[ $? -eq 137 ] || return 1
	run=''
	rm -f "$dir/s.db-shm" "$dir/s.db-wal"
	cp "$dir"/shadow/* "$dir/"
	case $((RANDOM % 3)) in
	0) rm -f "$dir"/s.db-courier-* ;;
	1) for f in "$dir"/s.db-courier-[0-9]*; do truncate -s 0 "$f"; truncate -s 1M "$f"; done ;;
	esac
}

wave_with_losses() {
	done_losses=0
	while [ "$done_losses" -lt "$1" ]; do
		# Early and late alike.
		at=$((1 + (1 << RANDOM % 9) + RANDOM % (1 << RANDOM % 9)))
		lose_power "${2:-$at}" || break
		echo "#   lost at event ${2:-$at}, $(sink_count) taken so far"
		done_losses=$((done_losses + 1))
	done
}

lie=()
ok "a store with $messages people" make_store "$messages"
wave_with_losses "$losses"
ok 'the last run ends well' wave_run
count_all
echo "# seed $seed: $done_losses losses, $messages messages, $connections couriers: $copies copies, $uncertain uncertain, $lost lost"
ok "power was lost often enough" test "$done_losses" -gt $((losses / 2))
never_twice_never_lost "$done_losses losses"

# The same with a disk that does not sync: now something of it must not hold.
lie=(FAULTFS_LIE=1)
messages=600
ok "a store on a disk that lies" make_store "$messages"
wave_with_losses 3 400
wave_run --connections "$connections"
count_all
bad=$(($(comm -23 "$dir/copied" "$dir/uncertain" | wc -l) + lost))
[ "$(query 'PRAGMA integrity_check' 2>&1)" = ok ] || bad=$((bad + 1))
ok "a disk that lies is found out ($bad faults)" test "$bad" -gt 0
tap_done
