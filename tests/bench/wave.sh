# shellcheck shell=bash
# wave.sh - a store with people to invite, and how a command that sends is
# measured; for bench-dispatch and bench-postfix. $dir is removed at the end.
# shellcheck disable=SC2034,SC2154 # the variables are those of the benchmark
build=${BUILD:-build} thumoi=${THUMOI:-${BUILD:-build}/bin/thumoi}
PATH=$PATH:/usr/sbin
for need in smtp-sink smtp-source sqlite3 "$thumoi"; do
	command -v "$need" > /dev/null || { echo "$0: $need is not here" >&2; exit 1; }
done
dir=$(mktemp -d) || exit 1
sinks=()
trap '[ ${#sinks[@]} = 0 ] || kill "${sinks[@]}" 2> /dev/null; [ -n "${KEEP:-}" ] || rm -rf "$dir"' EXIT
export THUMOI_DB=$dir/s.db THUMOI_SECRET_FILE=$dir/key THUMOI_RELAY_TLS=none THUMOI_LOG_LEVEL=error
export THUMOI_HELO_NAME=bench.example
templates=$PWD/tests/bench/templates

# sink PORT [smtp-sink option]...
sink() {
	smtp-sink "${@:2}" -u "$(id -un)" "127.0.0.1:$1" 1000 2> "$dir/sink.log" &
	sinks+=($!)
	sleep 0.3
	kill -0 $! 2> /dev/null || { cat "$dir/sink.log" >&2; exit 1; }
}

sql() { sqlite3 "$dir/s.db" "$1" || exit 1; }

# store PEOPLE: a campaign with so many people to invite.
store() {
	rm -f "$dir"/s.db*
	{
		"$thumoi" -q init > /dev/null &&
		"$thumoi" -q campaign create bench --title 'Khảo sát mức độ hài lòng' --opens 2021-09-17 --closes 2099-10-07 \
		    --tree vn-2021 --from 'Bộ Nội vụ <survey@ministry.example>' &&
		"$thumoi" -q instrument add bench survey --title 'Phiếu khảo sát' --url 'https://survey.example/a/{{token}}' &&
		"$thumoi" -q instrument add bench feedback --title 'Phiếu phản hồi' --url 'https://survey.example/b/{{token}}'
	} || exit 1
	sql "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
	INSERT INTO contact (campaign, unit, name, name_key, sub_unit, position, token, state, reason, created_at)
	SELECT 1, (SELECT min(id) FROM unit WHERE code = 'T92'), 'Nguyễn Thị Số ' || i, 'nguyen thi so ' || i,
	    'Sở Nội vụ', 'Chuyên viên', substr('0000000000000000000000' || i, -22), 'mailable', 'clean', 0 FROM n;
	INSERT INTO address (contact, rank, email) SELECT id, 1, 'person' || id || '@unit.example' FROM contact;"
}

# Planning is not what `rates` and `growth` measure: before its time a wave is planned only.
planned_wave() {
	"$thumoi" -q wave create bench w --template invitation --not-before 2099-01-01 || exit 1
	"$thumoi" -q wave run bench w --relay "smtp://127.0.0.1:$port" > /dev/null || exit 1
	sql 'UPDATE wave SET not_before = NULL; UPDATE invite SET due_at = 1; PRAGMA wal_checkpoint(TRUNCATE)' > /dev/null
}

accepted() {
	local got
	got=$(sqlite3 "$dir/s.db" "SELECT count(*) FROM invite WHERE state = 'accepted'")
	[ "$got" = "$1" ] || { echo "$0: $got of $1 accepted" >&2; exit 1; }
}

# measure MESSAGES COMMAND...: "messages/s CPU-us/message seconds"
measure() {
	local t n=$1
	shift
	t=$( { TIMEFORMAT='%R %U %S'; time "$@" > "$dir/out" 2> "$dir/err"; } 2>&1) || { cat "$dir/err" >&2; return 1; }
	[ ! -s "$dir/err" ] || { cat "$dir/err" >&2; return 1; }
	echo "$t" | awk -v n="$n" '{ printf "%.0f %.1f %.3f\n", n / $1, ($2 + $3) * 1e6 / n, $1 }'
}

# send MESSAGES CONNECTIONS: what is planned and due.
send() { measure "$1" "$thumoi" -q dispatch --once --relay "smtp://127.0.0.1:$port" --connections "$2"; }

median() { sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
# column FILE N
column() { cut -d' ' -f"$2" "$1" | median; }

export THUMOI_TEMPLATE_DIR=$templates
