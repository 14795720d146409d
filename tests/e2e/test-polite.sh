#!/usr/bin/env bash
# What receivers say steers the sending, and a new sender begins small: the
# real commands, an SMTP server that says what it is told to, a driven clock.
# shellcheck disable=SC2317 # ok calls the functions by name
# shellcheck disable=SC2154 # wave.sh sets them
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh
# shellcheck source=tests/e2e/wave.sh
. tests/e2e/wave.sh
build=${BUILD:-build}
make -s BUILD="$build" all driven > /dev/null || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
connections=4
thumoi=$build/driven/thumoi
wave_begin 0
export THUMOI_RELAY=$relay THUMOI_CONNECTIONS=$connections THUMOI_CLOCK_FILE=$dir/clock

# at SECONDS: the clock shows so long after Monday, 6 March 2023, 08:00 in Hà Nội.
t0=1678064400
at() { python3 -c 'import struct, sys; open(sys.argv[1], "r+b").write(struct.pack("<q", (int(sys.argv[2])) * 1000))' "$dir/clock" $((t0 + $1)); }
head -c 8 /dev/zero > "$dir/clock"
run_now() { "$thumoi" --lang en wave run k w --no-wait > "$dir/out" 2>&1; }
sent_to() { grep -c -- "$1" "$dir/sink.log"; }
move_people() { query "UPDATE address SET email = 'person' || contact || '@$1' WHERE contact > $2 AND contact <= $3"; }

# --- a house that refuses us
at 0
ok "a store with 600 people" make_store 600
move_people wall.example 0 360
echo '@wall.example 550 5.7.1 Not from you, <you@ministry.example>' > "$dir/replies"
run_now
is $? 0 "a wave with a wall in it ends well"
is "$(sent_to unit.example)" 240 "everybody else has it"
refused=$(query "SELECT count(*) FROM invite WHERE state = 'refused'")
ok "only some ran into the wall" test "$refused" -ge 10 -a "$refused" -lt 360
has "$(cat "$dir/out")" 'wall.example refuses us as a whole, 10 of the last' "the run says why"
has "$(cat "$dir/out")" 'thumoi wave resume k w --domain wall.example' "... and how to go on"
has "$("$thumoi" --lang en wave status k)" 'wall.example refuses us as a whole' "wave status says it too"
ok "a day later nothing has changed" eval "at 86400; run_now"
is "$(query "SELECT count(*) FROM invite WHERE state = 'refused'")" "$refused" "nobody else ran into it"
report=$("$thumoi" --lang en report causes k 2> /dev/null)	# people made by hand stand in no roster: it says so
is "$(grep -c '• wall.example: ' <<< "$report")" 1 "one institution is one finding"
has "$report" 'it says “5.7.1 Not from you, <<address>>”; stopped for wave '\''w'\'' since 08:00 on 6 March 2023' "... with its words, and since when it is stopped"
: > "$dir/replies"
ok "the wall is mended" "$thumoi" -q wave resume k w --domain wall.example
run_now
is $? 0 "the next run"
is "$(sent_to wall.example)" $((360 - refused)) "all that waited have it"
is "$("$thumoi" report causes k --format json 2> /dev/null | grep -c domain_refuses)" 0 "most have it now: no finding any more"

# --- too many dead addresses
at 0
ok "a store for dead addresses" make_store 300
move_people dead.example 0 20
echo '@dead.example 550 5.1.1 no such user' > "$dir/replies"
run_now
is $? 1 "a wave with more than 5 % dead addresses: exit 1"
has "$(cat "$dir/out")" 'addresses do not exist' "... says why"
has "$(cat "$dir/out")" 'thumoi wave resume k w' "... and how to go on"
is "$(query "SELECT state FROM wave")" paused "the wave is paused"
run_now
is $? 1 "it stays so"
ok "until somebody resumes it" "$thumoi" -q wave resume k w
run_now
is $? 0 "then it goes on"
is "$(query "SELECT count(*) FROM invite WHERE state = 'planned'")" 0 "to the end"

# --- greylisting
at 0
ok "a store for greylisting" make_store 2
move_people grey.example 0 1
move_people named.example 1 2
printf '@grey.example 451 4.7.1 Greylisted, please try again later\n@named.example 450 4.7.1 Greylisted for 2 minutes\n' > "$dir/replies"
attempts() { query "SELECT count(*) FROM attempt WHERE invite = (SELECT id FROM invite WHERE email LIKE '%@$1')"; }
run_now
for step in '134 1 1' '135 1 2' '299 1 3' '300 2 3' '1199 2 4' '1200 3 4' '2999 3 4' '3000 4 4'; do
	read -r second grey named <<< "$step"
	at "$second"
	run_now
	[ "$second" = 299 ] || is "$(attempts grey.example)" "$grey" "$second s: 5, 15 and 30 minutes apart"
	[ "$second" -gt 300 ] || is "$(attempts named.example)" "$named" "$second s: when it said, and a little later"
done
: > "$dir/replies"
at 10199
run_now
is "$(sent_to grey.example)" 0 "then as long as after any other deferral"
at 10200
run_now
is "$(sent_to grey.example)" 1 "and it is let in"

# --- ten days of a new sender
at 0
ok "a store for a ramp" make_store 3000
echo 'relay * 600/day ramp 20' > "$dir/pace.conf"
export THUMOI_PACE_FILE=$dir/pace.conf
limit=20
for day in 0 1 2 3 4 5 6 7 8 9; do
	before=$(sink_count)
	for hour in 0 2 4 6 8 10 12 14 16 18 20 22; do
		at $((day * 86400 + hour * 3600))
		run_now
		[ $hour -gt 0 ] || first=$(($(sink_count) - before))
	done
	n=$(($(sink_count) - before))
	ok "day $((day + 1)): $n of at most $limit, $first of them at once" \
		test $n -le $limit -a $n -ge $((limit * 6 / 10)) -a "$first" -le $((limit / 6))
	limit=$((limit * 2 < 600 ? limit * 2 : 600))
done
is "$(query "SELECT count(*) FROM ramp WHERE scope LIKE 'relay %'")" 1 "one ramp, for the relay"
tap_done
