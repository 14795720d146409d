#!/usr/bin/env bash
# The daemon as a service manager sees it: starts, says where it listens and
# that it is ready, reloads, keeps what it has when the new settings are bad,
# and ends when it is told to. Loopback only.
# shellcheck disable=SC2317 # traps and ok call functions by name
set -u
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.." || exit 1
# shellcheck source=tests/e2e/tap.sh
. "$here/tap.sh"
build=${BUILD:-build}
make -s BUILD="$build" all >/dev/null || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
bin=$PWD/$build/bin/thumoi
daemon=$PWD/$build/bin/thumoid
command -v curl >/dev/null || skip_all "curl is not installed"

work=$(mktemp -d "${TMPDIR:-/tmp}/thumoi-serve.XXXXXX") || exit 1
pid='' sink=''
finish() {
	[ -z "$sink" ] || { kill "$sink"; wait "$sink"; } 2>/dev/null
	[ -z "$pid" ] || { kill "$pid"; wait "$pid"; } 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM
cat >"$work/thumoi.conf" <<X
store = $work/thumoi.db
secret_file = $work/secret.key
relay = dir:$work/out
listen = 127.0.0.1:0
admin_listen = 127.0.0.1:0
admin_login = none
X
export THUMOI_CONFIG=$work/thumoi.conf LC_ALL=C.UTF-8
unset THUMOI_DB NOTIFY_SOCKET

# wait_log PATTERN COUNT: until the log has so many such lines (10 s at most).
wait_log() {
	for _ in $(seq 100); do
		[ "$(grep -cE "$1" "$work/log")" -ge "$2" ] && return 0
		sleep 0.1
	done
	cat "$work/log"
	return 1
}
status() { curl -s -o "$work/page" -w '%{http_code}' --max-time 5 "$@"; }
at() { sed -n "s/.* $1=\(127[^ ]*\).*/\1/p" "$work/log" | tail -n 1; }

not_ok_if "without a store it does not start" timeout 20 "$daemon"
ok "a store" timeout 60 "$bin" -q init
ok "a campaign" timeout 20 "$bin" -q campaign create c1 --title "Khảo sát" --opens 2021-09-17 --closes 2021-10-07 \
	--from "Ban tổ chức <a@survey.example>"

if command -v python3 >/dev/null; then
	# Plays the service manager: writes down what it is told.
	python3 - "$work/notify" >"$work/told" <<'X' &
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
s.settimeout(60)
try:
    while True:
        text = s.recv(4096).decode()
        print(text.replace("\n", " "), flush=True)
        if "STOPPING" in text:
            break
except socket.timeout:
    pass
X
	manager=$!
	for _ in $(seq 50); do [ -S "$work/notify" ] && break; sleep 0.1; done
	export NOTIFY_SOCKET=$work/notify
else
	manager=''
	skip_one "no python3 to play the service manager"
fi
"$daemon" 2>"$work/log" &
pid=$!
ok "says that it has started" wait_log ' started ' 1
public=$(at listen) desk=$(at admin_listen)
is "$(status "http://$public/healthz")" 200 "public pages answer on the port in the log"
is "$(status "http://$desk/report/c1/causes")" 200 "reports answer on theirs"
is "$(status "http://$public/report/c1/causes")" 404 "reports are not public"
is "$(status "http://$public/i/0123456789ABCDEFabcdef")" 404 "an unknown link"
is "$(status "http://$public/metrics")" 404 "metrics are not public"
is "$(status -D "$work/head" "http://$desk/metrics")" 200 "metrics stand beside the reports"
ok "... as the text format of Prometheus" grep -qi '^content-type: text/plain; version=0.0.4; charset=utf-8' "$work/head"
is "$(status -H 'Host: evil.example' "http://$desk/metrics")" 404 "... not for a foreign name that points here"
not_ok_if "a second one cannot have the same port" timeout 20 "$daemon" --listen "$public"
not_ok_if "reports do not go out into the world" timeout 20 "$daemon" --admin-listen 0.0.0.0:0

echo 'listne = 127.0.0.1:1' >>"$work/thumoi.conf"
kill -HUP "$pid"
ok "a fault in the settings is logged" wait_log 'error reload .*listne' 1
is "$(status "http://$public/healthz")" 200 "and everything stays as it was"
sed -i '/^listne/d' "$work/thumoi.conf"
echo 'smtp://mx.survey.example weight' >"$work/relays.conf"
echo "relay_file = $work/relays.conf" >>"$work/thumoi.conf"
kill -HUP "$pid"
ok "a fault in the relay file is one, too" wait_log 'error reload .*relays.conf line 1' 1
sed -i '/^relay_file/d' "$work/thumoi.conf"
# Somebody asks all the time while the settings are read again.
for _ in $(seq 40); do status "http://$public/healthz"; echo; sleep 0.02; done >"$work/asked" &
asker=$!
kill -HUP "$pid"
ok "good settings are taken" wait_log ' reloaded ' 1
wait "$asker"
is "$(sort -u "$work/asked" | tr '\n' ' ')" "200 " "nobody was turned away meanwhile"
is "$(at listen)" "$public" "on the same port"

# A wave while somebody looks: a sink that takes its time, and settings that are read again in the middle.
# Every line by itself, each HELP and TYPE once, no sample twice.
well_formed() {
	awk '
		/^# HELP [a-z_]+ ./ { bad += helped[$3]++; next }
		/^# TYPE [a-z_]+ (counter|gauge|histogram)$/ { bad += typed[$3]++; next }
		!/^[a-z_]+(\{[a-z]+="([^"\\]|\\["\\n])*"(,[a-z]+="([^"\\]|\\["\\n])*")*\})? -?[0-9.e+]+$/ { bad++; print }
		{ sub(/ [^ ]*$/, ""); bad += seen[$0]++ }
		END { exit bad || NR < 50 }' "$work/page"
}
value() { awk -v name="$1" 'index($0, name " ") == 1 { print $NF }' "$work/page"; }
scrape() { [ "$(status "http://$desk/metrics")" = 200 ] && well_formed; }
watch_the_wave() {
	local n again=no taken='thumoi_attempts_total{relay="'$relay'",verdict="accepted"}'
	for _ in $(seq 200); do
		scrape || return 1
		n=$(value "$taken")
		echo "${n:-0}" >>"$work/accepted"
		value thumoi_in_flight >>"$work/in_flight"
		if [ "$again" = no ] && [ "${n:-0}" -gt 50 ]; then
			kill -HUP "$pid"
			again=yes
		fi
		[ "${n:-0}" -ne "$people" ] || return 0
		sleep 0.2
	done
	return 1
}
wave_is() { # STATE N: within ten seconds the store is read again
	for _ in $(seq 50); do
		scrape
		[ "$(value 'thumoi_invites{campaign="c2",wave="w",state="'"$1"'"}')" != "$2" ] || return 0
		sleep 0.2
	done
	return 1
}
if command -v python3 >/dev/null; then
	people=500
	python3 tests/e2e/counting-sink.py "$work/port" "$work/sink.log" 20 &
	sink=$!
	for _ in $(seq 100); do [ -s "$work/port" ] && break; sleep 0.05; done
	relay=127.0.0.1:$(cat "$work/port")
	mkdir -p "$work/bounces/new" "$work/bounces/cur" "$work/bounces/tmp"
	printf 'From: stranger@elsewhere.example\nSubject: hello\n\nhello\n' >"$work/bounces/new/1"
	printf 'relay_tls = none\nconnections = 4\ninbound_url = maildir:%s\n' "$work/bounces" >>"$work/thumoi.conf"
	sed -i "s|^relay = .*|relay = smtp://$relay|" "$work/thumoi.conf"
	kill -HUP "$pid"
	ok "another relay" wait_log ' reloaded ' 2
	{
		echo 'Họ và tên,Email'
		for i in $(seq "$people"); do echo "Lê Văn Mẫu $i,p$i@unit$((i % 3)).example"; done
	} >"$work/T92.csv"
	"$bin" -q campaign create c2 --title "Khảo sát" --opens 2021-09-17 --closes 2099-10-07 \
		--from "Ban tổ chức <a@survey.example>"
	"$bin" -q instrument add c2 survey --title Phiếu --url 'https://forms.example/s?token={{token}}'
	ok "people" "$bin" -q roster import c2 "$work/T92.csv" --unit T92
	# Planned by hand, before its time: thumoid sends it.
	"$bin" -q wave create c2 w --template invitation --not-before "$(date -u -d '+3 seconds' +%FT%TZ)"
	ok "a wave" timeout 60 "$bin" -q wave run c2 w
	ok "a wave is seen while it goes" watch_the_wave
	ok "... in steps" test "$(sort -un "$work/accepted" | wc -l)" -ge 5
	is "$(cat "$work/accepted")" "$(sort -n "$work/accepted")" "... and the count never goes back, when settings are read again either"
	ok "... that happened" wait_log ' reloaded ' 3
	ok "... with messages under way" test "$(sort -n "$work/in_flight" | tail -n 1)" -gt 0
	is "$(value 'thumoi_relay_up{relay="'"$relay"'"}')" 1 "the relay is up"
	is "$(value thumoi_dispatcher_alive)" 1 "the dispatcher is alive"
	ok "... and was so a moment ago" test "$(($(date +%s) - $(value thumoi_dispatcher_last_turn_timestamp_seconds)))" -le 3
	is "$(value thumoi_store_trouble)" 0 "no trouble with the store"
	is "$(value thumoi_attempt_duration_seconds_count)" "$people" "every attempt took its time"
	ok "... twenty milliseconds at least" test "$(value 'thumoi_attempt_duration_seconds_bucket{le="0.01"}')" -eq 0
	ok "the store says the same, five seconds later" wave_is accepted "$people"
	is "$(value 'thumoi_nominated{campaign="c2"}') $(value 'thumoi_answers{campaign="c2",instrument="survey"}')" "$people 0" \
		"nominated and answered"
	is "$(value 'thumoi_inbound_messages_total{fate="unmatched"}')" 1 "the bounce mailbox had one letter of a stranger"
	ok "... and was read to its end" test "$(($(date +%s) - $(value thumoi_inbound_last_success_timestamp_seconds)))" -le 60
	missing=
	while read -r _ _ name _; do
		grep -q "^\.It Ic .*$name" docs/thumoid.8 || missing="$missing $name"
	done < <(grep '^# TYPE' "$work/page")
	is "$missing" "" "each of them stands in the manual"
	not_ok_if "no address and no mail domain" grep -qE '@|unit[0-9].example' "$work/page"
	reloads=3
else
	skip_one "no python3 to be a relay"
	reloads=1
fi

sed -i 's/^admin_listen.*/admin_listen =/' "$work/thumoi.conf"
kill -HUP "$pid"
ok "settings changed" wait_log ' reloaded ' $((reloads + 1))
is "$(status "http://$desk/healthz")" 000 "the desk can be closed while it runs"
is "$(status "http://$public/healthz")" 200 "the public pages stay"

kill "$pid"
wait "$pid"
is $? 0 "ends with 0 when told to"
pid=''
has "$(tail -n 1 "$work/log")" " stopped " "and says so last"
ok "no token and no address in the log" test -z "$(grep -E '0123456789ABCDEFabcdef|a@survey' "$work/log")"
if [ -n "$manager" ]; then
	wait "$manager"
	is "$(sed 's/MONOTONIC_USEC=[0-9]*/MONOTONIC_USEC=N/; s/ STATUS=.*//' "$work/told" | tr '\n' ',')" \
		"READY=1,$(for _ in $(seq $((reloads + 3))); do printf 'RELOADING=1 MONOTONIC_USEC=N,READY=1,'; done)STOPPING=1," \
		"the service manager was told at each step"
fi
# --- installed, it finds all it needs by itself
ok "make install" make -s BUILD="$build" install DESTDIR="$work/inst" PREFIX=/usr
share=$work/inst/usr/share/thumoi
is "$(for f in config/*; do [ "$f" = config/thumoi.conf ] || [ -e "$share/$f" ] || echo "$f"; done; git ls-files templates | while read -r f; do [ -e "$share/$f" ] || echo "$f"; done)" \
	"" "everything in config/ and templates/ is there"
tap_done
