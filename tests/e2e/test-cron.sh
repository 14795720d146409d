#!/usr/bin/env bash
# test-cron.sh - the trial of 2021 lived through by cron alone: a plan, 76
# rosters as they came, `thumoi cron` every hour for 31 days of a driven
# clock, the town of the demo at the other end. Then its story is read against
# the rules, as the store tells it and as the post office saw it.
# shellcheck disable=SC2317 # ok calls the functions by name
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh
build=${BUILD:-build}
make -s BUILD="$build" all driven postoffice >/dev/null || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
for need in sqlite3 curl; do command -v "$need" >/dev/null || skip_all "$need is not installed"; done
world=tests/data/trial-2021 campaign=trial-2021
postoffice=$build/tests/postoffice
dir=$(mktemp -d) || exit 1
pids=()
cleanup() {
	local pid
	for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null; done
	for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null; done
	rm -rf "$dir"
}
trap cleanup EXIT
export LC_ALL=C THUMOI_CLOCK_FILE=$dir/clock
thumoi() { "$build/driven/thumoi" -c "$dir/thumoi.conf" "$@"; }
query() { sqlite3 -cmd '.timeout 5000' "$dir/thumoi.db" "$1"; }
advance() { "$postoffice" advance --control "$dir/control" --to "$1" >"$dir/advance.log" || cat "$dir/advance.log"; }
stat_of() { "$postoffice" stats --control "$dir/control" | sed -n "s/^$1=//p"; }
until_pages() { for _ in $(seq 200); do curl -fs --noproxy "*" --max-time 5 -o "$dir/null" "$site/healthz" && return 0; sleep 0.05; done; return 1; }
until_line() { for _ in $(seq 200); do grep -q -- "$1" "$2" 2>/dev/null && return 0; sleep 0.05; done; return 1; }

# --- the town, the plan
head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$dir/api.key"
read -r web_port <<<"$("$postoffice" ports 1)"
site=http://127.0.0.1:$web_port
"$postoffice" serve --world "$world" --clock "$dir/clock" --start 2021-09-17T07:00:00+07:00 --control "$dir/control" \
	--maildir "$dir/bounces" --site "$site" --key "$dir/secret.key" --api-key "$dir/api.key" >"$dir/ready" 2>"$dir/town.log" &
pids+=($!)
ok "the post office opens" until_line '^ready' "$dir/ready"
smtp=$(sed -n 's/^ready smtp=\([0-9]*\) .*/\1/p' "$dir/ready") survey=$(sed -n 's/.* survey=\([0-9]*\)$/\1/p' "$dir/ready")
cat >"$dir/thumoi.conf" <<C
store = $dir/thumoi.db
relay = smtp://127.0.0.1:$smtp
relay_tls = none
helo_name = mail.moha.gov.example
bounce_address = bounce@moha.gov.example
secret_file = $dir/secret.key
public_url = $site
listen = 127.0.0.1:$web_port
api_key_file = $dir/api.key
inbound_url = maildir:$dir/bounces
log_level = warn
stops = observe
C
cat >"$dir/plan.ini" <<C
[campaign]
key = $campaign
title = Thử nghiệm Hệ thống đánh giá cải cách hành chính
opens = 17/9/2021
closes = 07/10/2021
sender = Bộ Nội vụ <khaosat@moha.gov.example>
dispatch = Công văn số 4566/BNV-CCHC ngày 17 tháng 9 năm 2021
hour = 08:00
quiet-hours = 17:30-07:30
working-days = yes
[instrument survey]
title = Phiếu khảo sát
url = http://127.0.0.1:$survey/form/survey?token={{token}}
[instrument feedback]
title = Phiếu phản hồi
url = http://127.0.0.1:$survey/form/feedback?token={{token}}
[wave invitation]
template = invitation
at = 17/9/2021 8h30
[wave reminder-1]
template = reminder
at = 3 working days after invitation
second-address = probable-spam
[wave reminder-2]
template = reminder
at = 3 ngày làm việc sau reminder-1
[wave last-call]
template = last-call
at = 2 working days before closes
not-after = 07/10/2021 12:00
[wave thanks]
template = thanks
at = 1 working day after closes
not-after = ngày 15 tháng 10 năm 2021
C
ok "a store" thumoi -q init --units "$world/units.csv" --providers "$world/providers.txt"
ok "the plan" thumoi campaign apply "$dir/plan.ini"
has "$(thumoi campaign apply "$dir/plan.ini")" 'nothing to do' "applied twice: nothing to do"
"$build/driven/thumoid" -c "$dir/thumoi.conf" --no-dispatch --no-inbound >"$dir/thumoid.log" 2>&1 &
pids+=($!)
ok "the pages" until_pages

# --- the three weeks, and what comes after
mapfile -t rosters < <("$postoffice" rosters --world "$world")
next=0 runs=0 failed=0
live_until() { # TIME: hour by hour, rosters as they come
	local at file hour
	while [[ $now < $1 ]]; do
		hour=$(date -u -d "@$(($(date -u -d "$now" +%s) + 3600))" +%Y-%m-%dT%H:%M)
		while [ "$next" -lt "${#rosters[@]}" ]; do
			read -r at file <<<"${rosters[next]}"
			[[ ${at:0:16} > $hour ]] && break
			advance "$at"
			thumoi -q roster import "$campaign" "$file" --received-at "$at" >>"$dir/steps.log" 2>&1 || failed=$((failed + 1))
			next=$((next + 1))
		done
		now=$hour
		advance "$now:00+07:00"
		thumoi cron >>"$dir/cron.log" 2>&1 || failed=$((failed + 1))
		runs=$((runs + 1))
	done
}
now=2021-09-17T07:00
live_until 2021-10-18T00:00
is "$failed" 0 "$runs runs of cron, not one failed"
thumoi wave log "$campaign" --format csv >"$dir/log.csv"
thumoi --lang vi wave log "$campaign" >"$dir/log.txt"
"$postoffice" letters --control "$dir/control" >"$dir/letters"

# --- what the post office saw, against the rules
ok "every letter keeps the rules: $(tests/e2e/check-waves.py "$dir/letters" "$world/responses.csv" "$dir/log.csv" | tail -n 1)" \
	tests/e2e/check-waves.py "$dir/letters" "$world/responses.csv" "$dir/log.csv"
is "$(stat_of duplicates) $(stat_of malformed) $(stat_of unreadable) $(stat_of wrong_name) $(stat_of faults)" "0 0 0 0 0" \
	"the post office has no complaints"
is "$(stat_of unable)" 0 "everybody who answered could"
# --- what the store tells, against the same
is "$(query "SELECT count(*) FROM (SELECT 1 FROM attempt t JOIN invite i ON i.id = t.invite WHERE t.verdict = 'accepted'
	GROUP BY i.contact, (t.at + 25200) / 86400 HAVING count(*) > 1)")" 0 "one message a person and day"
is "$(query "SELECT count(*) FROM invite i JOIN wave w ON w.id = i.wave WHERE w.kind = 'reminder' AND i.contact IN
	(SELECT contact FROM evidence WHERE kind IN ('opt_out', 'complaint')) AND i.moved_at > (SELECT min(at) FROM evidence
	WHERE contact = i.contact AND kind IN ('opt_out', 'complaint')) AND i.state = 'accepted'")" 0 "who asked to stop heard no more"
is "$(query "SELECT count(*) FROM invite WHERE state IN ('planned', 'deferred', 'sending')")" 0 "nothing is left open"
is "$(query "SELECT count(*) FROM wave WHERE state <> 'done' OR closed_at IS NULL")" 0 "every wave has ended"
ok "the causes add up" thumoi -q report causes "$campaign" --format csv --output "$dir/causes.csv"
for reason in refusing dead answered soon open held; do
	ok "the log tells of people left out: $reason" grep -q ",left_out,[1-9][0-9]*,$reason," "$dir/log.csv"
done
ok "in Vietnamese too" grep -q 'không gửi: .* người: máy chủ thư từ chối' "$dir/log.txt"
is "$(thumoi cron 2>&1)" '' "and there is nothing left to do"

# --- two runs at once: one does it, the other says so
cat >"$dir/second.ini" <<C
[campaign]
key = second
title = Two at once
opens = 18/10/2021
closes = 30/11/2021
sender = A <a@moha.gov.example>
[instrument survey]
title = S
url = https://s.example/{{token}}
[wave invitation]
template = invitation
at = opens 08:00
C
ok "another plan" thumoi -q campaign apply "$dir/second.ini"
ok "a roster for it" thumoi -q roster import second "$(ls "$world"/rosters/T92*)" --unit T92
# In the grace after the pause that the clock makes: somebody says that all is well.
advance 2021-10-18T09:00:00+07:00
ids=()
for i in 1 2 3 4; do
	thumoi cron --go --relay "dir:$dir/out" >"$dir/run-$i" 2>&1 &
	ids+=($!)
done
rc=0
for id in "${ids[@]}"; do wait "$id" || rc=$?; done
is "$rc" 0 "four runs at once all end with 0"
is "$(find "$dir/out" -name '*.eml' | wc -l)" \
	"$(query "SELECT count(*) FROM invite WHERE wave IN (SELECT id FROM wave WHERE campaign = 2)")" "everybody has one message"
is "$(query "SELECT count(*) FROM wave_log WHERE campaign = 2 AND what = 'begun'")" 1 "one of them began the wave"
ok "the others said that another run was at work" grep -q 'another run is at work' "$dir"/run-?

# --- the daemon does the same by itself
sed 's/^key = second/key = third/; s/opens 08:00/opens 12:00/' "$dir/second.ini" >"$dir/third.ini"
ok "a third plan" thumoi -q campaign apply "$dir/third.ini"
ok "its roster" thumoi -q roster import third "$(ls "$world"/rosters/T89*)" --unit T89
THUMOI_RELAY=dir:$dir/by-daemon THUMOI_LOG_LEVEL=info "$build/driven/thumoid" -c "$dir/thumoi.conf" --no-web --no-inbound >"$dir/thumoid-2.log" 2>&1 &
pids+=($!)
ok "thumoid looks at the plans" until_line 'started' "$dir/thumoid-2.log"
advance 2021-10-18T11:59:00+07:00
sleep 1
is "$(find "$dir/by-daemon" -name '*.eml' 2>/dev/null | wc -l)" 0 "before its time nothing goes out"
for minute in 00 01 02 03; do
	advance "2021-10-18T12:$minute:30+07:00"
	sleep 1
done
planned=$(query "SELECT count(*) FROM invite WHERE wave = (SELECT max(id) FROM wave)")
until_sent() { for _ in $(seq 200); do [ "$(find "$dir/by-daemon" -name '*.eml' 2>/dev/null | wc -l)" -ge "$planned" ] && return 0; sleep 0.05; done; return 1; }
ok "then it goes to everybody: $planned" test "$planned" -gt 0
ok "each of them" until_sent
has "$(thumoi wave log third --format csv)" ",third,invitation,begun,$planned," "and is in the log"

# --- the shipped program, with the clock of libfaketime
fake=/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1
if [ ! -e "$fake" ]; then
	skip_one "faketime is not installed"
else
	export THUMOI_DB=$dir/real.db THUMOI_SECRET_FILE=$dir/real.key
	# Preloaded into the program alone; its monotonic clock stays real (it times connections).
	at() { env LD_PRELOAD="$fake" FAKETIME="@$1" FAKETIME_DONT_FAKE_MONOTONIC=1 "$build/bin/thumoi" --lang en "${@:2}"; }
	ok "a store" "$build/bin/thumoi" -q init --units "$world/units.csv" --providers "$world/providers.txt"
	export TZ=Asia/Ho_Chi_Minh
	ok "the plan" at '2021-09-13 09:00:00' -q campaign apply "$dir/plan.ini"
	ok "a roster" at '2021-09-16 09:00:00' -q roster import "$campaign" "$(ls "$world"/rosters/T92*)" --unit T92
	real() { at "$1" cron --relay "dir:$dir/real" --no-fetch 2>&1; }
	mails() { find "$dir/real" -name '*.eml' 2>/dev/null | wc -l; }
	real_query() { sqlite3 "$dir/real.db" "$1"; }
	is "$(real '2021-09-17 08:00:00')" '' "before its time: nothing"
	has "$(real '2021-09-17 08:31:00')" 'invitation: begun' "the invitation"
	first=$(mails)
	is "$first" "$(real_query "SELECT count(*) FROM contact WHERE state = 'mailable'")" "to everybody"
	is "$(real '2021-09-17 08:32:00')" '' "a minute later: nothing"
	for day in 20 21; do real "2021-09-$day 09:00:00" >>"$dir/real.log"; done
	is "$(mails)" "$first" "until the reminder"
	has "$(real '2021-09-22 08:10:00')" 'reminder-1: begun' "three working days later"
	is "$(mails)" $((first * 2)) "one for everybody"
	has "$(real '2021-09-21 12:00:00')" 'the clock was set back' "a clock that was set back"
	is "$(mails)" $((first * 2)) "waits"
	has "$(real '2021-10-05 10:00:00')" 'more than a day' "asleep for two weeks"
	has "$(real '2021-10-05 11:30:00')" 'reminder-2: passed over' "the stale reminder does not run"
	is "$(mails)" $((first * 3)) "the last call does"
	for day in 06 07; do real "2021-10-$day 11:00:00" >>"$dir/real.log"; done
	has "$(real '2021-10-08 00:00:01')" 'the campaign has closed' "then it closes"
	is "$(mails)" $((first * 3)) "and nothing more goes out"
fi
tap_done
