#!/usr/bin/env bash
# A program elsewhere is told what happens, by the real commands and the daemon:
# the signature is checked by another implementation, the receiver dies and comes
# back, the daemon is killed in the middle.
# shellcheck disable=SC2317 # traps and ok call functions by name
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh
build=${BUILD:-build}
make -s BUILD="$build" all >/dev/null || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
for need in sqlite3 python3 openssl; do command -v "$need" >/dev/null || skip_all "$need is not installed"; done
dir=$(mktemp -d "${TMPDIR:-/tmp}/thumoi-webhook.XXXXXX") || exit 1
sink='' daemon=''
cleanup() {
	[ -z "$sink" ] || kill "$sink" 2>/dev/null
	[ -z "$daemon" ] || kill -9 "$daemon" 2>/dev/null
	wait 2>/dev/null
	rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
export LC_ALL=C THUMOI_CONFIG=$dir/thumoi.conf
thumoi() { timeout 60 "$build/bin/thumoi" "$@"; }
ids() { sed -n 's/^id //p' "$dir/told"; }

cat >"$dir/sink.py" <<'PY'
import base64, hashlib, hmac, http.server, json, sys
secret, told = open(sys.argv[1]).read().strip().encode(), sys.argv[2]
class Sink(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        what = "%s.%s.%s" % (self.headers["webhook-id"], self.headers["webhook-timestamp"], body.decode())
        want = "v1," + base64.b64encode(hmac.new(secret, what.encode(), hashlib.sha256).digest()).decode()
        good = hmac.compare_digest(want, self.headers["webhook-signature"])
        with open(told + ".bodies", "ab") as f:
            f.write(body + b"\n")
        with open(told, "a") as f:
            print("request", "signed" if good else "FORGED", file=f)
            for event in json.loads(body)["events"]:
                print("id", event["id"], file=f)
                print("type", event["type"], file=f)
        self.send_response(204 if good else 401)
        self.end_headers()
    def log_message(self, *args):
        pass
server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[3])), Sink)
print(server.server_port, flush=True)
server.serve_forever()
PY
openssl rand -hex 24 >"$dir/secret"
: >"$dir/told"
start_sink() {
	: >"$dir/port"
	python3 "$dir/sink.py" "$dir/secret" "$dir/told" "${1:-0}" >"$dir/port" &
	sink=$!
	for _ in $(seq 100); do [ -s "$dir/port" ] && break; sleep 0.1; done
	port=$(cat "$dir/port")
}
start_sink
cat >"$dir/thumoi.conf" <<C
store = $dir/thumoi.db
relay = dir:$dir/out
secret_file = $dir/secret.key
listen = 127.0.0.1:0
pace_file = none
C
printf 'TT,Họ và tên,Email\n' >"$dir/N92-can-tho.csv"
for i in $(seq 1 60); do printf '%d,Nguyễn Văn Mẫu %d,mau%d@cantho.gov.example\n' "$i" "$i" "$i"; done >>"$dir/N92-can-tho.csv"
{
	thumoi -q init
	thumoi -q campaign create c1 --title "Thử webhook" --opens "$(date -d '-1 day' +%F)" --closes "$(date -d '+9 days' +%F)" \
		--from "Ban tổ chức <khaosat@bnv.example>"
	thumoi -q instrument add c1 survey --title "Phiếu khảo sát" --url 'https://survey.example/?token={{token}}'
	thumoi -q roster import c1 "$dir/N92-can-tho.csv"
} >/dev/null

printf short >"$dir/short"
add() { thumoi webhook add "$@" 2>/dev/null; }
not_ok_if "a short secret is refused" add bad "http://127.0.0.1:$port/" --secret-file "$dir/short"
not_ok_if "plain http to another machine is refused" add bad "http://sink.example/" --secret-file "$dir/secret"
not_ok_if "an event that cannot come is refused" add bad "http://127.0.0.1:$port/" --secret-file "$dir/secret" --events nothing
ok "a webhook is added" thumoi webhook add sink "http://127.0.0.1:$port/" --secret-file "$dir/secret"
ok "and tried" thumoi webhook test sink
is "$(tr '\n' ' ' <"$dir/told" | sed 's/ping-[0-9]*/ping-N/')" "request signed id ping-N type ping " "the event 'ping' came, signed"

: >"$dir/told"
sqlite3 "$dir/thumoi.db" 'SELECT token FROM contact ORDER BY id' >"$dir/tokens"
answers() {
	{ echo token,instrument,answered_at; sed -n "$1p" "$dir/tokens" | sed 's/$/,survey,/'; } >"$dir/answers.csv"
	thumoi -q answers import c1 "$dir/answers.csv" >/dev/null
}
answers 1,10
ok "what happened is told" thumoi webhook run
is "$(grep -c '^type answer.recorded' "$dir/told")" 10 "ten answers"
is "$(thumoi webhook run)" "0 events told in 0 requests, 0 webhooks failed" "nothing twice"
is "$(grep -c FORGED "$dir/told")" 0 "another implementation takes each signature"

kill "$sink"; wait "$sink" 2>/dev/null; sink=''
answers 11,30
not_ok_if "a receiver that is away fails the command" thumoi -q webhook run
is "$(thumoi webhook list --format csv | cut -d, -f1,4-6 | tail -1)" "sink,failing,20,1" "and is listed as failing, twenty rows behind"
start_sink "$port"
sqlite3 "$dir/thumoi.db" "UPDATE webhook SET next_at = 0"
"$build/bin/thumoid" --no-dispatch --no-inbound 2>"$dir/log" &
daemon=$!
for _ in $(seq 100); do [ "$(grep -c '^type answer' "$dir/told")" -ge 30 ] && break; sleep 0.1; done
is "$(ids | sort -u | wc -l)" 30 "the daemon tells the rest by itself"
answers 31,60
sleep 0.$((RANDOM % 10))
kill -9 "$daemon"; wait "$daemon" 2>/dev/null; daemon=''
thumoi -q webhook run
is "$(ids | sort -u | wc -l)" 60 "killed in the middle: every answer was told"

# Reports as mail servers write them, of messages of ours.
report() { # FILE-OF-THE-REPORT PERSON
	local mail to='nobody@angiang\.gov\.test' from='bounce+pf-5\.1\.1@survey\.test'
	mail=$(grep -l -F "X-Envelope-To: <$2>" "$dir"/out/*.eml | head -n 1)
	sed "s/$to/$2/g; s/$from/$(sed -n 's/^X-Envelope-From: <\(.*\)>\r*$/\1/p' "$mail" | head -n 1)/g" "tests/data/dsn/$1"
}
sqlite3 "$dir/thumoi.db" 'DELETE FROM answer'	# people who answered get no mail
ok "a wave" thumoi -q wave create c1 first --template invitation
ok "goes out" thumoi -q wave run c1 first
: >"$dir/told"
thumoi -q webhook run
is "$(sed -n 's/^type //p' "$dir/told" | tr '\n' ' ')" "wave.begun " "acceptance of single messages is no event"
for i in 1 2 3; do report postfix-3.7.11-unknown-user.eml "mau$i@cantho.gov.example" >"$dir/dsn-$i.eml"; done
ok "reports are read" thumoi -q inbound feed "$dir"/dsn-[12].eml
ok "and told" thumoi webhook run
is "$(grep -c '^type evidence.dsn' "$dir/told")" 2 "two of them"
ok "read twice" thumoi -q inbound feed "$dir"/dsn-[123].eml
ok "told once" thumoi webhook run
is "$(grep -c '^type evidence.dsn' "$dir/told") $(ids | sort -u | wc -l)" "3 4" "each has an id of its own"
last=$(tail -n 1 "$dir/told.bodies")
token=$(sqlite3 "$dir/thumoi.db" "SELECT c.token FROM contact c JOIN address a ON a.contact = c.id WHERE a.email = 'mau3@cantho.gov.example'")
is "$(python3 -c 'import json, sys
e = json.loads(sys.argv[1])["events"][0]
print(*(e[k] for k in ("campaign", "unit", "wave", "token", "category", "status", "grade", "hard")))' "$last")" \
	"c1 N92 first $token unknown-user 5.1.1 A True" "what it says"
is "$(grep -ciE 'mau[0-9]|Mẫu|M\\u1eabu|cantho|@|User doesn' "$dir/told.bodies")" 0 "no name, no address, no words of the server in any body"
is "$(thumoi audit list --format csv | grep -c 'webhook add')" 1 "the audit log has it"
ok "removed" thumoi webhook remove sink
is "$(thumoi webhook list --format csv | wc -l)" 1 "and gone"
tap_done
