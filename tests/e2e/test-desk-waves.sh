#!/usr/bin/env bash
# A wave by clicks: made, looked at beforehand, started, watched, paused, resumed, ended, in a browser (desk-waves.mjs), sent
# by thumoid to smtp-sink. What the page said is held against the store and against what the sink got.
# shellcheck disable=SC2317 # traps and ok call functions by name
set -u
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.." || exit 1
# shellcheck source=tests/e2e/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/e2e/desk.sh
. "$here/desk.sh"
build=${BUILD:-build}
make -s BUILD="$build" all >/dev/null || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
bin=$PWD/$build/bin/thumoi
daemon=$PWD/$build/bin/thumoid
shots=$PWD/$build/desk-shots/waves
modules=$PWD/$build/desk-node
sink=$(command -v smtp-sink || command -v /usr/sbin/smtp-sink) || skip_all "smtp-sink is not installed"
for need in python3 sqlite3 node npm; do
	command -v "$need" >/dev/null || skip_all "$need is not installed"
done
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || skip_all "chromium is not installed"
modules_here || skip_all "npm ci does not get playwright-core"

desk_begin
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
mkdir -p "$work/sink" "$shots"
# Each message takes the sink a second: time to look, and to pause.
user=()
[ "$(id -u)" != 0 ] || { user=(-u nobody); chmod 711 "$work"; chmod 777 "$work/sink"; }
(cd "$work/sink" && exec "$sink" "${user[@]}" -w 1 -d "got.%M." "127.0.0.1:$port" 100) >/dev/null 2>"$work/sink.log" &
pids+=($!)
desk_conf 'log_level = info' 'connections = 2' 'pace_file = none'
sed -i "s|^relay = .*|relay = smtp://127.0.0.1:$port|" "$work/thumoi.conf"
ok "a campaign, and the rosters of 76 units" desk_campaign
audience='unit=T92'
people=$(thumoi --json wave preview desk --template invitation --audience "$audience" | python3 -c 'import json, sys; print(json.load(sys.stdin)["in"])')
ok "there are some to write to" test "${people:-0}" -gt 20
desk_start --no-inbound || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
role=operator
mapfile -t session < <(desk_log_in "$role")
CHROMIUM=$chromium timeout 240 node tests/e2e/desk-waves.mjs "$modules" "$desk" "$shots" "$audience" "$people" "${session[0]}" >"$work/walk" 2>&1
while IFS= read -r line; do
	case $line in
	'ok '*) tap_line ok "${line#ok }" ;;
	'not ok '*) tap_line not_ok "${line#not ok }" ;;
	'accepted '*) accepted=${line#accepted } ;;
	*) echo "#   $line" ;;
	esac
done <"$work/walk"
ok "it was a whole walk" test "$(grep -c '^ok ' "$work/walk")" -ge 20
is "${accepted:-none}" "$people" "the page counts everybody"
is "$(query "SELECT count(*) FROM invite i JOIN wave w ON w.id = i.wave WHERE w.name = 'by-hand' AND i.state = 'accepted'")" "$people" \
	"so does the store"
is "$(cat "$work"/sink/got.* | grep -ci '^message-id:')" "$people" "so many messages came to the relay"
is "$(cat "$work"/sink/got.* | sed -n 's/^[Tt]o:.*<\(.*\)>.*/\1/p' | sort | uniq -d | wc -l)" 0 "nobody got two"
is "$(query "SELECT group_concat(action || ' ' || actor, ', ') FROM (SELECT action, actor FROM audit WHERE action LIKE 'wave %' ORDER BY id)")" \
	"wave create desk:the-operator, wave start desk:the-operator, wave pause desk:the-operator, wave resume desk:the-operator" "who did what"

# --- the daemon stops at once, with a page that listens
timeout 20 curl -sN -o "$work/events" --noproxy '*' -H "${session[0]}" "$desk/c/desk/events" &
listener=$!
sleep 1.5
ok "a page listens" grep -q '^event: waves' "$work/events"
before=$(date +%s%N)
kill "$daemon_pid"
wait "$daemon_pid" 2>/dev/null
ok "the daemon ends within two seconds" test $((($(date +%s%N) - before) / 1000000)) -lt 2000
wait "$listener"
is $? 0 "and the stream has a proper end"
is "$(grep -cE '@|status=5|level=error| error ' "$work/log")" 0 "the log has no address, no error, no 5xx"
tap_done
