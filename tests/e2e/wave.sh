# shellcheck shell=bash
# wave.sh - a store with people and a sink that counts, for tests of sending.
#
#	wave_begin DELAY_MS		$dir, $sink and $relay; both end with the test; what the sink replies: $dir/replies
#	make_store PEOPLE [POLICY]	a campaign k with wave w (policy: resend)
#	wave_run [OPTION]...		the program runs it; its words are in $dir/out
#	query SQL
#	sink_count			how many messages the sink took
#	count_all			fills distinct, copies, lost and the files copied, uncertain
#
# To be sourced after tap.sh; wants thumoi, messages and connections set.
# shellcheck disable=SC2034,SC2154 # the variables are those of the test

wave_begin() {
	for need in sqlite3 python3; do
		command -v "$need" > /dev/null || skip_all "$need is not installed"
	done
	dir=$(mktemp -d) || exit 1
	sink='' run=''
	trap 'kill $sink $run 2> /dev/null; rm -rf "$dir"' EXIT
	export THUMOI_DB=$dir/s.db THUMOI_SECRET_FILE=$dir/key THUMOI_RELAY_TLS=none THUMOI_LOG_LEVEL=error LC_ALL=C
	: > "$dir/replies"
	python3 tests/e2e/counting-sink.py "$dir/port" "$dir/sink.log" "$1" "$dir/replies" &
	sink=$!
	for _ in $(seq 100); do [ -s "$dir/port" ] && break; sleep 0.05; done
	relay=smtp://127.0.0.1:$(cat "$dir/port")
}

# Contacts with invented addresses, straight into the table.
make_store() {
	rm -f "$dir"/s.db*
	: > "$dir/sink.log"
	"$thumoi" -q init &&
	"$thumoi" -q campaign create k --title Trial --opens 2021-09-17 --closes 2099-10-07 --tree vn-2021 \
	    --from 'Survey <survey@ministry.example>' &&
	"$thumoi" -q instrument add k survey --title Survey --url 'https://survey.example/a/{{token}}' &&
	sqlite3 "$dir/s.db" "
	WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
	INSERT INTO contact (campaign, unit, name, name_key, sub_unit, position, token, state, reason, created_at)
	SELECT 1, (SELECT min(id) FROM unit WHERE code = 'T92'), 'Person ' || i, 'person ' || i, '', '',
	    substr('0000000000000000000000' || i, -22), 'mailable', 'clean', 0 FROM n;
	INSERT INTO address (contact, rank, email) SELECT id, 1, 'person' || id || '@unit.example' FROM contact;" &&
	"$thumoi" -q wave create k w --template invitation --uncertain "${2:-resend}"
}

wave_run() { "$thumoi" -q wave run k w --relay "$relay" --connections "$connections" "$@" > "$dir/out" 2>&1; }
query() { sqlite3 -cmd '.timeout 5000' "$dir/s.db" "$1"; }
sink_count() { wc -l < "$dir/sink.log"; }

# until_sink N: the sink has taken so many; until_line PATTERN FILE: the file has such a line (20 s at most).
until_sink() { for _ in $(seq 400); do [ "$(sink_count)" -ge "$1" ] && return 0; sleep 0.05; done; return 1; }
until_line() { for _ in $(seq 400); do grep -q -- "$1" "$2" && return 0; sleep 0.05; done; cat "$2"; return 1; }

count_all() {
	sort "$dir/sink.log" > "$dir/all"
	cut -d' ' -f1 "$dir/all" | sort > "$dir/to"
	uniq "$dir/to" > "$dir/distinct"
	uniq -d "$dir/to" > "$dir/copied"
	query "SELECT DISTINCT i.email FROM attempt t JOIN invite i ON i.id = t.invite WHERE t.verdict = 'uncertain'" | sort > "$dir/uncertain"
	distinct=$(wc -l < "$dir/distinct")
	copies=$(($(wc -l < "$dir/to") - distinct))
	uncertain=$(query "SELECT count(*) FROM attempt WHERE verdict = 'uncertain'")
	lost=$((messages - distinct))
}

# What must hold whatever happened, when the last run has ended well and the policy is resend.
never_twice_never_lost() {
	is "$distinct" "$messages" "$1: nobody is lost"
	is "$(comm -23 "$dir/copied" "$dir/uncertain" | wc -l)" 0 "$1: only the uncertain have copies"
	is "$(uniq "$dir/all" | wc -l)" "$distinct" "$1: a copy has the Message-ID of the first"
	is "$(query "SELECT count(*) FROM invite WHERE state <> 'accepted'")" 0 "$1: every invite is accepted in the end"
	is "$(query "SELECT count(*) FROM attempt WHERE verdict = 'uncertain' AND text NOT LIKE '%; it is sent again%'")" 0 \
		"$1: the uncertain ones say why, and what was done"
	is "$(query 'PRAGMA integrity_check')" ok "$1: the store is whole"
	is "$(find "$dir" -name 's.db-courier-*' | wc -l)" 0 "$1: no journal is left"
}
