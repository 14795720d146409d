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
pid=''
finish() {
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
sed -i 's/^admin_listen.*/admin_listen =/' "$work/thumoi.conf"
kill -HUP "$pid"
ok "settings changed" wait_log ' reloaded ' 2
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
		"READY=1,$(for _ in 1 2 3 4; do printf 'RELOADING=1 MONOTONIC_USEC=N,READY=1,'; done)STOPPING=1," \
		"the service manager was told at each step"
fi
tap_done
