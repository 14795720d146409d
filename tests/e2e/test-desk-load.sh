#!/usr/bin/env bash
# The desk under a crowd (desk-crowd.py: slow clients, huge heads, garbage, odd
# paths) while the same thumoid sends a wave: the wave goes out to its end, whoever
# reads is answered, nothing is a 5xx, and afterwards everything is as before.
#	test-desk-load.sh [PEOPLE [SECONDS]]
# shellcheck disable=SC2317 # traps and ok call functions by name
set -u
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.." || exit 1
# shellcheck source=tests/e2e/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/e2e/desk.sh
. "$here/desk.sh"
build=${BUILD:-build} people=${1:-3000} seconds=${2:-15}
make -s BUILD="$build" all >/dev/null || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
bin=$PWD/$build/bin/thumoi
daemon=$PWD/$build/bin/thumoid
for need in curl python3 sqlite3; do
	command -v "$need" >/dev/null || skip_all "$need is not installed"
done
ulimit -n 4096 || skip_all "no 4096 open files"

desk_begin
: >"$work/replies"
python3 tests/e2e/counting-sink.py "$work/port" "$work/sink.log" 10 "$work/replies" &
pids+=($!)
for _ in $(seq 100); do [ -s "$work/port" ] && break; sleep 0.05; done
desk_conf 'relay_tls = none' 'connections = 2' "relay = smtp://127.0.0.1:$(cat "$work/port")"
sed -i '/^relay = dir/d' "$work/thumoi.conf"

make_people() {
	thumoi -q init &&
	thumoi -q campaign create k --title Trial --opens 2021-09-17 --closes 2099-10-07 --tree vn-2021 \
		--from 'Survey <survey@ministry.example>' &&
	thumoi -q instrument add k survey --title Survey --url 'https://survey.example/a/{{token}}' &&
	query "
	WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $people)
	INSERT INTO contact (campaign, unit, name, name_key, sub_unit, position, token, state, reason, created_at)
	SELECT 1, (SELECT min(id) FROM unit WHERE code = 'T92'), 'Person ' || i, 'person ' || i, '', '',
	    substr('0000000000000000000000' || i, -22), 'mailable', 'clean', 0 FROM n;
	INSERT INTO address (contact, rank, email) SELECT id, 1, 'person' || id || '@unit' || (id % 50) || '.example' FROM contact;" &&
	thumoi -q wave create k w --template invitation --not-before "$(date -u -d '+4 seconds' +%FT%TZ)" &&
	thumoi -q wave run k w
}
ok "$people people, and a wave that begins in a moment" make_people
desk_start --no-inbound || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
sent() { wc -l <"$work/sink.log"; }
for _ in $(seq 200); do [ "$(sent)" -gt 0 ] && break; sleep 0.1; done
ok "the wave has begun" test "$(sent)" -gt 0
memory() { awk '/^VmRSS/ { print $2 }' "/proc/$daemon_pid/status"; }
before=$(memory) began=$(sent)
mapfile -t session < <(desk_log_in "$(desk_roles | head -n 1)")
timeout $((seconds * 4 + 60)) python3 tests/e2e/desk-crowd.py "$desk" "$seconds" "${session[@]}" >"$work/crowd" 2>&1
rc=$?
sed 's/^/#   /' "$work/crowd"
is "$rc" 0 "the crowd: who reads is answered, and there is no 5xx"
ok "the wave went on meanwhile" test "$(sent)" -gt "$began"
for _ in $(seq 600); do [ "$(sent)" -ge "$people" ] && break; sleep 0.1; done
is "$(cut -d' ' -f1 "$work/sink.log" | sort -u | wc -l) $(sent)" "$people $people" "everybody has one message"
for _ in $(seq 100); do [ "$(query "SELECT count(*) FROM invite WHERE state = 'accepted'")" = "$people" ] && break; sleep 0.1; done
is "$(query "SELECT count(*) FROM invite WHERE state = 'accepted'")" "$people" "... and the store knows it"
ok "thumoid is the same process" kill -0 "$daemon_pid"
is "$(desk_status GET /c/k "$(desk_roles | head -n 1)")" 200 "the desk answers afterwards"
is "$(desk_status GET /healthz "$(desk_roles | head -n 1)")" 200 "... and is well"
ok "... with no more than 64 MB more memory ($before kB, then $(memory) kB)" test "$(($(memory) - before))" -lt 65536
is "$(grep -c 'status=5' "$work/log")" 0 "no 5xx in the log"
is "$(grep -c 'route=[^ -][^ ]*%' "$work/log")" 0 "no path in the log"
is "$(query 'PRAGMA integrity_check')" ok "the store is whole"
kill "$daemon_pid"
wait "$daemon_pid"
is $? 0 "it ends when it is told to"
tap_done
