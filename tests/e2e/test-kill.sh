#!/usr/bin/env bash
# test-kill.sh [MESSAGES [KILLS [DELAY_MS [CONNECTIONS]]]] - kill -9 in the middle of a wave, again and again.
#
# The sink is slowed so that kills hit every phase. Afterwards: nobody is lost;
# copies are at most one a courier and kill; exactly the invites recorded as
# uncertain may have one, with the same Message-ID. The long form:
#	tests/e2e/test-kill.sh 20000 100 20 8
# shellcheck disable=SC2317 # ok calls the functions by name
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh
messages=${1:-1500} kills=${2:-12} delay=${3:-25} connections=${4:-8}
thumoi=${BUILD:-build}/bin/thumoi
for need in sqlite3 python3; do
	command -v "$need" > /dev/null || skip_all "$need is not installed"
done
dir=$(mktemp -d) || exit 1
sink='' run=''
trap 'kill $sink $run 2> /dev/null; rm -rf "$dir"' EXIT
export THUMOI_DB=$dir/s.db THUMOI_SECRET_FILE=$dir/key THUMOI_RELAY_TLS=none THUMOI_LOG_LEVEL=error LC_ALL=C

python3 tests/e2e/counting-sink.py "$dir/port" "$dir/sink.log" "$delay" &
sink=$!
for _ in $(seq 100); do [ -s "$dir/port" ] && break; sleep 0.05; done
relay=smtp://127.0.0.1:$(cat "$dir/port")

make_store() {
	"$thumoi" -q init &&
	"$thumoi" -q campaign create k --title Trial --opens 2021-09-17 --closes 2099-10-07 --tree vn-2021 \
	    --from 'Survey <survey@ministry.example>' &&
	"$thumoi" -q instrument add k survey --title Survey --url 'https://survey.example/a/{{token}}' &&
	sqlite3 "$dir/s.db" "
	WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $messages)
	INSERT INTO contact (campaign, unit, name, name_key, sub_unit, position, token, state, reason, created_at)
	SELECT 1, (SELECT min(id) FROM unit WHERE code = 'T92'), 'Person ' || i, 'person ' || i, '', '',
	    substr('0000000000000000000000' || i, -22), 'mailable', 'clean', 0 FROM n;
	INSERT INTO address (contact, rank, email) SELECT id, 1, 'person' || id || '@unit.example' FROM contact;" &&
	"$thumoi" -q wave create k w --template invitation --uncertain resend
}

wave_run() { "$thumoi" -q wave run k w --relay "$relay" --connections "$connections" > "$dir/out" 2>&1; }
query() { sqlite3 "$dir/s.db" "$1"; }

ok "a store with $messages people" make_store
done_kills=0
while [ "$done_kills" -lt "$kills" ]; do
	(wave_run) 2> /dev/null &
	run=$!
	sleep "0.$((RANDOM % 8 + 1))$((RANDOM % 10))"
	# The background job is a shell; the program is its child.
	if pid=$(pgrep -P "$run" -x thumoi) && kill -9 "$pid" 2> /dev/null; then
		done_kills=$((done_kills + 1))
	else
		wait "$run"
		break
	fi
	wait "$run" 2> /dev/null
done
run=''
ok 'the last run ends well' wave_run
sort "$dir/sink.log" > "$dir/all"
cut -d' ' -f1 "$dir/all" | sort > "$dir/to"
uniq "$dir/to" > "$dir/distinct"
uniq -d "$dir/to" > "$dir/copied"
query "SELECT DISTINCT i.email FROM attempt t JOIN invite i ON i.id = t.invite WHERE t.verdict = 'uncertain'" | sort > "$dir/uncertain"
distinct=$(wc -l < "$dir/distinct")
copies=$(($(wc -l < "$dir/to") - distinct))
uncertain=$(query "SELECT count(*) FROM attempt WHERE verdict = 'uncertain'")
echo "# $done_kills kills, $messages messages, $connections couriers: $copies copies, $uncertain uncertain, $((messages - distinct)) lost"
is "$distinct" "$messages" 'nobody is lost'
ok "at most one copy a courier and kill" test "$copies" -le $((done_kills * connections))
is "$(comm -23 "$dir/copied" "$dir/uncertain" | wc -l)" 0 'only the uncertain have copies'
is "$(uniq "$dir/all" | wc -l)" "$distinct" 'a copy has the Message-ID of the first'
is "$(query "SELECT count(*) FROM invite WHERE state <> 'accepted'")" 0 'every invite is accepted in the end'
is "$(query "SELECT count(*) FROM attempt t WHERE verdict = 'uncertain' AND text = ''")" 0 'the uncertain ones say why'
ok 'the store is whole' test "$(query 'PRAGMA integrity_check')" = ok
is "$(find "$dir" -name 's.db-courier-*' | wc -l)" 0 'no journal is left'
tap_done
