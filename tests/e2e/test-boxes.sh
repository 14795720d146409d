#!/usr/bin/env bash
# A storm of bounces through a pipe; real Dovecot with thousands waiting, its
# processes killed while they are read; real Postfix that delivers to the program.
# shellcheck disable=SC2317 # traps and ok call functions by name
set -u
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.." || exit 1
# shellcheck source=tests/e2e/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/e2e/lab.sh
. "$here/lab.sh"
build=${BUILD:-build}
make -s BUILD="$build" all postoffice >/dev/null || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
bin=$(realpath "$build/bin/thumoi")
for need in python3 sqlite3; do command -v "$need" >/dev/null || skip_all "$need is not installed"; done
storm=${STORM:-20000}		# STORM=100000: as large as it gets
most_kb=65536

work=$(mktemp -d "${TMPDIR:-/tmp}/thumoi-boxes.XXXXXX") || exit 1
LAB=
reader=
cleanup() {
	[ -z "$reader" ] || kill "$reader" 2>/dev/null
	lab_down
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
chmod 711 "$work"
mkdir "$work/own" "$work/lab"
own=$work/own
cat >"$own/thumoi.conf" <<X
store = $own/thumoi.db
relay = dir:$own/out
public_url = https://survey.test
bounce_address = bounce@survey.test
X
export THUMOI_CONFIG=$own/thumoi.conf LC_ALL=C.UTF-8
thumoi() { timeout 300 "$bin" --lang en "$@"; }
query() { sqlite3 -cmd '.timeout 20000' "$own/thumoi.db" "$1"; }

# --- 300 people who were invited
people=300
{
	echo 'Họ và tên,Email'
	for i in $(seq "$people"); do echo "Lê Văn Mẫu $i,mau$i@unit.test"; done
} >"$own/T92.csv"
today=$(date -u +%F)
invite_all() {
	thumoi -q init --units tests/data/trial-2021/units.csv && thumoi -q campaign create lab --title 'Khảo sát thử' --opens "$today" --closes "$(date -u -d '+30 days' +%F)" \
		--tree units --from 'Bộ Nội vụ <khaosat@survey.test>' &&
		thumoi -q instrument add lab survey --title Phiếu --url 'https://forms.test/s?token={{token}}' &&
		thumoi -q roster import lab "$own/T92.csv" && thumoi -q wave create lab w --template invitation &&
		thumoi -q wave run lab w
}
ok "invitations went out" invite_all
is "$(find "$own/out" -name '*.eml' | wc -l)" "$people" "... to everybody"

# --- a storm through a pipe
number() { python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$1" "$2"; }
pour() { # RESULT: what the command says; last on stderr its status and memory
	"$here/bounces.py" "$own/out" "$storm" mbox |
		"$here/bounces.py" run "$bin" --lang en --json inbound feed - >"$own/$1" 2>"$own/$1.err"
	read -r status memory_kb < <(tail -n 1 "$own/$1.err")
}
status='' memory_kb=0
pour first
is "$status" 0 "a storm of $storm bounces comes through a pipe"
ok "... in flat memory ($memory_kb kB)" test "$memory_kb" -lt "$most_kb"
is "$(number "$own/first" read) $(number "$own/first" known) $(number "$own/first" failed)" "$storm 0 $storm" "... each is read and understood"
is "$(query 'SELECT count(*) FROM inbound')" "$storm" "... each is kept"
is "$(query "SELECT count(*) FROM evidence WHERE kind = 'dsn'")" "$people" "... and each person's failure counts once"
pour second
is "$(number "$own/second" read) $(number "$own/second" known) $(number "$own/second" failed)" "$storm $storm 0" "the same again: all known"
is "$(query 'SELECT count(*) FROM inbound') $(query 'SELECT count(*) FROM evidence')" "$storm $people" "... and nothing counts twice"
again=$(thumoi inbound reclassify --format csv 2>"$own/again.err")
is "$? $again" '0 change,from,to,count' "all of it read again by the same rules: nothing moves"
has "$(cat "$own/again.err")" "$storm messages" "... of $storm messages"

# --- real Dovecot and Postfix
missing=$(lab_need | tr '\n' ' ')
if [ -n "$missing" ]; then
	skip_one "the mail lab needs: $missing"
	tap_done
fi
lab_up "$work/lab" "$(realpath "$build/tests/postoffice")" || {
	tail -n 5 "$work"/lab/log/*
	tap_line not_ok "the mail lab starts"
	tap_done
}
echo pw >"$own/password"
echo "imaps://localhost:$IMAPS/INBOX user bounce@survey.test password-file $own/password ca-file $LAB/ca.pem" >"$own/mailboxes"
echo "inbound_file = $own/mailboxes" >>"$own/thumoi.conf"
ok "the file of mailboxes is checked" thumoi config check

box=$LAB/mail/survey.test/bounce/Maildir
fill_box() { # N FROM
	mkdir -p "$box/new" "$box/cur" "$box/tmp"
	"$here/bounces.py" "$own/out" "$1" maildir "$box/new" "$2"
	chown -R mail:mail "$LAB/mail/survey.test"
}
waiting() { lab_messages bounce@survey.test | grep -cv '/Maildir/\.'; }
moved() { lab_messages bounce@survey.test Processed | wc -l; }
# Dovecot's process that serves our connection: a child of its master.
imap_pid() { pgrep -P "$(cat "$LAB/dovecot/run/master.pid")" -x imap | head -n 1; }
# Until the store has so many messages, or the reader is done.
until_read() {
	local _
	for _ in $(seq 2000); do
		[ "$(query 'SELECT count(*) FROM inbound')" -lt "$1" ] || return 0
		kill -0 "$reader" 2>/dev/null || return 1
		sleep 0.01
	done
	return 1
}
fetch() { "$here/bounces.py" run "$bin" --lang en --json inbound fetch >"$own/fetch" 2>"$own/fetch.err"; }

waits=10000
fill_box "$waits" 1000000
fetch &
reader=$!
killed=0
for at in 300 2000 5000; do
	until_read $((storm + at)) && kill -9 "$(imap_pid)" && killed=$((killed + 1))
done
wait "$reader"
is $? 0 "$waits waiting bounces are fetched, though the IMAP process was killed"
reader=
is "$killed" 3 "... three times"
read -r status memory_kb < <(tail -n 1 "$own/fetch.err")
ok "... in flat memory ($memory_kb kB)" test "$memory_kb" -lt "$most_kb"
is "$(($(number "$own/fetch" read) - $(number "$own/fetch" known)))" "$waits" "... each was read"
is "$(query 'SELECT count(*) FROM inbound')" $((storm + waits)) "... each counts once"
is "$(waiting)" 0 "... none is left in the inbox"
# Dovecot moves by copying first: a batch may lie in Processed once more for each death in between.
left=$(moved)
ok "... all are in Processed ($left), hardly any of them twice" test "$left" -ge "$waits" -a "$left" -le $((waits + 150))
has "$(thumoi inbound mailboxes)" "imaps://bounce@survey.test@localhost" "the mailbox is known"

# The whole server goes, and comes back.
fill_box "$waits" 2000000
fetch &
reader=$!
until_read $((storm + waits + 100))
pid=$(imap_pid)
doveadm -c "$LAB/dovecot/dovecot.conf" stop
kill -9 "$pid"
wait "$reader"
is $? 1 "the server is gone: exit 1"
reader=
has "$(cat "$own/fetch.err")" localhost "... and which mailbox it was"
has "$(thumoi --json inbound mailboxes)" 'mailbox localhost' "... as the store says, too"
dovecot -c "$LAB/dovecot/dovecot.conf"
ok "it is back" thumoi -q inbound fetch
is "$(query 'SELECT count(*) FROM inbound')" $((storm + 2 * waits)) "... each of the others counts once"
ok "... all are in Processed" test "$(moved)" -ge $((left + waits))
is "$(waiting)" 0 "... and none in the inbox"

# By POP3, left on the server.
fill_box 50 3000000
echo "pop3s://localhost:$POP3S user bounce@survey.test password-file $own/password ca-file $LAB/ca.pem keep" >"$own/mailboxes"
thumoi --json inbound fetch >"$own/kept"
is "$(number "$own/kept" read) $(number "$own/kept" known)" "50 0" "POP3: read and kept"
thumoi --json inbound fetch >"$own/kept"
is "$(number "$own/kept" read)" 0 "... and not read again"
is "$(waiting)" 50 "... all are there"

# --- Postfix delivers to the program itself
chown -R mail:mail "$own"
chmod 755 "$own"
conf=$LAB/postfix/etc
cat >>"$conf/master.cf" <<X
thumoi unix - n n - - pipe
  flags=DR user=mail argv=/usr/bin/env THUMOI_CONFIG=$own/thumoi.conf THUMOI_DATA=$PWD $bin inbound feed --pipe -
X
echo 'fbl.test thumoi:' >>"$conf/transport"
sed -i 's/^relay_domains = .*/&, fbl.test/; $ a thumoi_destination_recipient_limit = 1' "$conf/main.cf"
lab_reload
tag=$(sed -n 's/^X-Envelope-From: <\(.*\)@survey.test>\r*$/\1/p' "$own/out/000001.eml")
post() { # N
	python3 - "$INTERNAL" "$1" "$tag@fbl.test" <<'X'
import smtplib, sys
port, n, to = sys.argv[1:]
with smtplib.SMTP("127.0.0.1", int(port)) as s:
    s.sendmail("", [to], f"From: <mau1@unit.test>\nTo: <{to}>\nSubject: Letter {n}\n\nHello {n}.\n")
X
}
letters() { query "SELECT count(*) FROM evidence WHERE kind = 'reply'"; }
until_letters() {
	local _
	for _ in $(seq 300); do
		[ "$(letters)" != "$1" ] || return 0
		sleep 0.1
	done
	tail -n 5 "$LAB/log/postfix.log"
	return 1
}
until_deferred() {
	local _
	for _ in $(seq 100); do
		grep -q 'postfix/pipe.*status=deferred' "$LAB/log/postfix.log" && return 0
		sleep 0.1
	done
	return 1
}
if setpriv --reuid=mail --regid=mail --clear-groups test -x "$bin" -a -r config/rules/90-code.rules; then
	ok "a letter to a VERP address goes into the pipe" post 1
	ok "... and is recorded" until_letters 1
	mv "$own/thumoi.db" "$own/away.db"
	ok "the store is away when the next one comes" post 2
	ok "... Postfix keeps it" until_deferred
	mv "$own/away.db" "$own/thumoi.db"
	postqueue -c "$conf" -f
	ok "... and delivers it when the store is back" until_letters 2
else
	skip_one "the user mail cannot reach the program: delivery to it was not tried"
fi
printf 'x' | THUMOI_DB=$own/nowhere.db timeout 10 "$bin" inbound feed --pipe - >"$own/words" 2>/dev/null
is "$? $(wc -c <"$own/words")" "75 0" "a fault in a pipe: exit 75, no words on standard output"

tap_done
