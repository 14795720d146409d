#!/usr/bin/env bash
# A form kept in step with its survey in a LimeSurvey (tests/support/lime_peer.h)
# by the real programs: linked, pushed, killed in the middle, answers taken,
# mails written back, the report held against the survey system's own count.
# shellcheck disable=SC2317 # traps and ok call functions by name
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh
build=${BUILD:-build}
make -s BUILD="$build" all driven "$build/tests/lime" >/dev/null || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
for need in sqlite3 curl; do command -v "$need" >/dev/null || skip_all "$need is not installed"; done

dir=$(mktemp -d "${TMPDIR:-/tmp}/thumoi-survey.XXXXXX") || exit 1
pids=()
cleanup() {
	local pid
	exec 9>&-
	for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null; done
	for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null; done
	rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
export LC_ALL=C THUMOI_CLOCK_FILE=$dir/clock THUMOI_CONFIG=$dir/thumoi.conf
thumoi() { timeout 120 "$build/driven/thumoi" "$@"; }
query() { sqlite3 -cmd '.timeout 5000' "$dir/thumoi.db" "$1"; }
# The clock of Hanoi.
clock() { python3 -c 'import struct,sys; sys.stdout.buffer.write(struct.pack("<q", int(sys.argv[1]) * 1000))' "$(date -d "$1+07:00" +%s)" >"$dir/clock.new" &&
	dd if="$dir/clock.new" of="$dir/clock" conv=notrunc status=none; }
control() { curl -fs --noproxy '*' -X POST "$peer/control/$1" -o "$dir/null"; }
dump() { curl -fs --noproxy '*' "$peer/control/dump"; }
calls() { curl -fs --noproxy '*' "$peer/control/calls" | sed -n "s/^$1 //p"; }
asked() { curl -fs --noproxy '*' "$peer/control/asked"; }
# Field N of the participant with that token: 3 completed, 4 emailstatus, 5 sent, 6 remindersent, 7 how many.
field() { dump | awk -F '\t' -v t="$1" -v n="$2" '$2 == t { print $n }'; }
token() { query "SELECT token FROM contact ORDER BY id LIMIT 1 OFFSET $1"; }
until_there() { local i; for i in $(seq 200); do [ -s "$1" ] && return 0; sleep 0.05; done; return 1; }

printf '\0\0\0\0\0\0\0\0' >"$dir/clock"
clock 2021-09-16T08:00:00
mkfifo "$dir/stdin"
"$build/tests/lime" <"$dir/stdin" >"$dir/url" &
pids+=($!)
exec 9>"$dir/stdin"
ok "a LimeSurvey is there" until_there "$dir/url"
url=$(cat "$dir/url") peer=${url%/index.php*}
echo pw >"$dir/password"
echo guess >"$dir/wrong"
cat >"$dir/thumoi.conf" <<C
store = $dir/thumoi.db
relay = dir:$dir/out
helo_name = mail.moha.gov.example
secret_file = $dir/secret.key
public_url = http://127.0.0.1:1
listen = 127.0.0.1:0
log_level = info
pace_file = none
C
people=240
{
	printf 'Họ và tên,Email\n'
	family=(Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng) middle=(Thị Văn Hữu Ngọc Đức Minh) given=(An Bình Chi Dũng Giang Hà Khánh Lan)
	for i in $(seq $people); do
		printf '%s %s %s %d,u%d@cantho.gov.example\n' "${family[i % 10]}" "${middle[i % 6]}" "${given[i % 8]}" "$i" "$i"
	done
} >"$dir/T92-roster.csv"
mkdir "$dir/out"
set_up() {
	thumoi init --units tests/data/trial-2021/units.csv &&
		thumoi campaign create trial --title 'Khảo sát thử' --opens 2021-09-17 --closes 2021-10-07 --tree units \
			--from 'Bộ Nội vụ <khaosat@moha.gov.example>' &&
		thumoi instrument add trial survey --title 'Phiếu khảo sát' --url 'https://forms.example/s?token={{token}}' &&
		thumoi wave create trial invitation --template invitation && thumoi wave create trial reminder --template reminder &&
		thumoi roster import trial "$dir/T92-roster.csv"
}
ok "a campaign of $people people" set_up

# --- link
link() { thumoi --lang en survey link trial survey --url "$url" --survey 123456 --user admin --password-file "$dir/password" "$@" 2>&1; }
has "$(thumoi --lang en survey sync trial 2>&1)" "no form of campaign 'trial' is linked" "nothing is linked yet"
not_ok_if "sync of nothing is a fault" thumoi survey sync trial
has "$(link --password-file "$dir/wrong")" 'Invalid user name or password' "a wrong password is told"
has "$(link --survey 7)" 'no survey 7' "so is a survey that is not there"
has "$(link --url http://ann:s3cret@127.0.0.1/x)" 'no user or password in the URL' "no password in a URL"
has "$(link --url http://survey.example/x)" 'without https' "no password in the clear"
control 'fault?then=empty'
has "$(link)" 'switched off' "an interface that is off is told"
is "$(thumoi --lang vi survey link trial survey --url "$url" --survey 123456 --user admin --password-file "$dir/password" 2>&1 |
	grep -c 'giao diện RemoteControl đang tắt')" 1 "in Vietnamese too"
control calm
control 'fault?then=html'
has "$(link)" 'a web page instead of JSON' "a web page is no JSON"
control calm
is "$(query 'SELECT count(*) FROM survey_link')" 0 "nothing was linked by all this"
ok "linked" link
is "$(query "SELECT detail FROM audit WHERE action = 'survey link'")" 'trial/survey survey=123456' "it is on record"

# --- push, killed in the middle
has "$(thumoi --json survey sync --dry-run)" '"pushed":240' "a dry run says what would be"
is "$(dump | wc -l)" 0 "and does nothing"
for round in 1 2 3 4; do
	control 'fault?method=add_participants&then=slow&value=700'
	"$build/driven/thumoi" -q survey sync trial >"$dir/null" 2>&1 &
	victim=$!
	sleep "0.$((round * 2))"
	kill -9 $victim 2>/dev/null
	wait $victim 2>/dev/null
	control calm
done
ok "after four kills: sync" thumoi survey sync trial
is "$(dump | wc -l)" $people "everybody is there"
is "$(dump | cut -f 2 | sort | uniq -d | wc -l)" 0 "once"
is "$(dump | cut -f 2 | sort)" "$(query 'SELECT token FROM contact' | sort)" "with our tokens"
is "$(dump | grep -c '@')" 0 "without an address"
is "$(dump | awk -F '\t' '$8 ~ /^[0-9]+$/ && $9 != ""' | wc -l)" $people "with their names"

# --- answers, while mails go out
clock 2021-09-17T08:30:00
ok "the invitation" thumoi -q wave run trial invitation
clock 2021-09-20T10:00:00
for i in $(seq 0 19); do control "complete?token=$(token "$i")&at=2021-09-20%2008:$((30 + i))"; done
control "complete?token=$(token 20)&at=Q"
for round in 1 2 3 4 5; do
	control 'fault?method=set_participant_properties&then=slow&value=10'
	"$build/driven/thumoi" -q survey sync trial >"$dir/null" 2>&1 &
	victim=$!
	sleep "0.$((round + 2))"
	kill -9 $victim 2>/dev/null
	wait $victim 2>/dev/null
	control calm
done
ok "after five kills: sync" thumoi survey sync trial
is "$(query 'SELECT count(*) FROM answer')" 20 "the answers are here"
is "$(query "SELECT DISTINCT source FROM answer")" limesurvey "and where from"
is "$(query "SELECT strftime('%H:%M', first_at + 7 * 3600, 'unixepoch') FROM answer ORDER BY first_at LIMIT 1")" 08:30 "at their time"
is "$(dump | cut -f 5 | sort | uniq -c | awk '{ print $1, $2, $3 }')" "$people 2021-09-17 08:30" "all invitations are written back"
is "$(dump | awk -F '\t' '$3 != "N"' | wc -l)" 21 "what was completed stays so"
before=$(calls set_participant_properties) opened=$(calls get_session_key) closed=$(calls release_session_key)
ok "again" thumoi survey sync trial
is "$(calls set_participant_properties)" "$before" "nothing is written twice"
is "$(($(calls get_session_key) - opened)) $(($(calls release_session_key) - closed))" "1 1" "the session is given back"
is "$(asked | grep -c usesleft)" 0 "uses are never touched"

# --- reminder, opt-out, a stranger, somebody removed
clock 2021-09-24T09:00:00
ok "the reminder" thumoi -q wave run trial reminder
ok "somebody wants no more" thumoi evidence add "$(token 30)" opt_out --note "by telephone"
control 'add?token=stranger00000000000001'
control 'complete?token=stranger00000000000001&at=2021-09-21%2010:00'
control "remove?token=$(token 40)"
control "status?token=$(token 50)&value=OptOut"
has "$(thumoi --lang en survey sync trial 2>&1)" 'the survey system has 1 more. 1 completed by people who are not of this campaign' "the stranger is told"
is "$(field "$(token 30)" 4)" OptOut "the opt-out is written back"
is "$(field "$(token 31)" 6)" '2021-09-24 09:00' "the reminder too"
is "$(field "$(token 31)" 7)" 1 "and how many"
is "$(field "$(token 5)" 7)" 0 "who had answered got none"
is "$(query "SELECT count(*) FROM evidence WHERE kind = 'opt_out'")" 2 "an opt-out there is one here"
is "$(dump | grep -c stranger)" 1 "a stranger is left alone"
has "$(thumoi --json survey list trial)" '"removed":1' "who was removed there is counted"
is "$(dump | wc -l)" $people "and not pushed again"

# --- the report
has "$(thumoi --lang en report participation trial)" \
	'survey system: 21 completed, ours: 20 (as of 09:00 on 24 September 2021): the survey system has 1 more.' "the report says that they differ"
has "$(thumoi --lang vi report participation trial)" 'hệ thống khảo sát: 21 phiếu hoàn thành, thumoi: 20' "in Vietnamese too"
has "$(thumoi report participation trial --format html)" '21 phiếu hoàn thành, thumoi: 20' "on the page"
has "$(thumoi report participation trial --format json | tr -d ' \n')" '"completed":21' "for programs"
csv=$(thumoi report participation trial --format csv | head -n 1)
is "$csv" 'unit,kind,name,roster,nominated,mailable,invited,accepted,survey,took_part,no_survey,class' "the columns of the CSV are as they were"
control 'remove?token=stranger00000000000001'
ok "the stranger has gone" thumoi -q survey sync trial
has "$(thumoi --lang en report participation trial)" 'survey system: 20 completed, ours: 20 (as of 09:00 on 24 September 2021): they agree.' \
	"the report says that they agree"

# --- cron and the daemon do it by themselves
clock 2021-09-25T09:00:00
control "complete?token=$(token 60)&at=2021-09-24%2020:00"
has "$(thumoi --lang en cron --no-send --no-fetch 2>&1)" 'survey trial survey: 1 new answers' "cron takes answers"
control "complete?token=$(token 61)&at=2021-09-25%2009:10"
clock 2021-09-25T09:20:00
control 'fault?then=http&value=503&times=4'
"$build/driven/thumoid" --no-dispatch >"$dir/daemon.log" 2>&1 &
daemon=$!
pids+=("$daemon")
until_line() { local i; for i in $(seq 300); do grep -q -- "$1" "$2" 2>/dev/null && return 0; sleep 0.1; done; return 1; }
ok "a survey system that fails is a warning" until_line 'survey link=1.*troubles=1.*503' "$dir/daemon.log"
is "$(grep -c 'level=error\| error ' "$dir/daemon.log")" 0 "and no more"
ok "the pages are there all the same" until_line 'listen=' "$dir/daemon.log"
kill "$daemon" && wait "$daemon" 2>/dev/null
control calm
clock 2021-09-25T09:50:00
"$build/driven/thumoid" --no-dispatch >"$dir/daemon.log" 2>&1 &
daemon=$!
pids+=("$daemon")
ok "when it is back the daemon takes the answers" until_line 'survey link=1.*recorded=1' "$dir/daemon.log"
kill "$daemon" && wait "$daemon" 2>/dev/null
is "$(query 'SELECT count(*) FROM answer')" 22 "all of them"
is "$(grep -c "$(token 61)\|@" "$dir/daemon.log")" 0 "no person stands in the log"

# --- somebody comes late
printf 'Nguyễn Thị Muộn,muon@cantho.gov.example\n' >>"$dir/T92-roster.csv"
ok "a corrected roster" thumoi -q roster import trial "$dir/T92-roster.csv"
has "$(thumoi --lang en wave run trial invitation 2>&1)" 'does not know 1 people yet' "a link that would open nothing is told before the wave"
has "$(thumoi --lang en cron --no-fetch 2>&1)" '1 people pushed' "cron does not wait for the quarter of an hour"
is "$(thumoi --lang en wave run trial invitation 2>&1 | grep -c 'does not know')" 0 "then it opens"

# --- two at once
control 'fault?method=list_participants&then=slow&value=1500&times=1'
"$build/driven/thumoi" -q survey sync trial >"$dir/null" 2>&1 &
first=$!
sleep 0.5
second=$(thumoi --lang en survey sync trial 2>&1)
is $? 0 "the second one exits 0"
has "$second" 'another sync is at work' "... and says why"
wait "$first"
is $? 0 "the first one ends well"

# --- no more
ok "unlinked" thumoi survey unlink trial survey
is "$(query 'SELECT count(*) FROM answer')" 22 "answers stay"
not_ok_if "twice is a fault" thumoi survey unlink trial survey
tap_done
