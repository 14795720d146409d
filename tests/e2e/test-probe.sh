#!/usr/bin/env bash
# Probe mailboxes in real Dovecot: they ride in a wave through real Postfix,
# Sieve files them into the inbox, Junk, "Thư rác" and elsewhere, and they are
# found again over IMAPS without a trace.
# shellcheck disable=SC2317 # traps and ok call functions by name
set -u
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.." || exit 1
# shellcheck source=tests/e2e/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/e2e/lab.sh
. "$here/lab.sh"
build=${BUILD:-build}
make -s BUILD="$build" all driven postoffice >/dev/null || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
driven=$PWD/$build/driven
postoffice=$PWD/$build/tests/postoffice

missing=$(lab_need | tr '\n' ' ')
[ -z "$missing" ] || skip_all "the mail lab needs: $missing"

work=$(mktemp -d "${TMPDIR:-/tmp}/thumoi-probe.XXXXXX") || exit 1
daemon=
cleanup() {
	[ -z "$daemon" ] || kill "$daemon" 2>/dev/null
	lab_down
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

chmod 711 "$work"	# Postfix and Dovecot walk through it as themselves
mkdir "$work/lab" "$work/own"
own=$work/own
lab_up "$work/lab" "$postoffice" || {
	tail -n 5 "$work"/lab/log/*
	tap_line not_ok "the mail lab starts"
	tap_done
}
tap_line ok "the mail lab starts"

echo pw >"$own/password"
echo wrong >"$own/wrong-password"
cat >"$own/thumoi.conf" <<X
store = $own/thumoi.db
relay = smtp://localhost:$SUBMISSION
relay_user = courier@survey.test
relay_password_file = $own/password
relay_tls = require
relay_ca_file = $LAB/ca.pem
connections = 2
helo_name = mail.survey.test
bounce_address = bounce@survey.test
secret_file = $own/secret.key
public_url = https://survey.test
inbound_ca_file = $LAB/ca.pem
X
export THUMOI_CONFIG=$own/thumoi.conf THUMOI_CLOCK_FILE=$own/clock
began=$(date +%s)
# The clock stands where it was put: so many minutes from the beginning.
clock() { python3 -c 'import struct,sys; sys.stdout.buffer.write(struct.pack("<q", int(sys.argv[1]) * 1000))' $((began + $1 * 60)) >"$own/clock"; }
thumoi() { timeout 120 "$driven/thumoi" --lang en "$@"; }
clock 0

printf 'Họ và tên,Email\n' >"$own/T92-roster.csv"
family=(Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng)
for i in $(seq 10); do printf '%s Thị Mẫu,u%d@cantho.gov.test\n' "${family[i - 1]}" "$i"; done >>"$own/T92-roster.csv"
set_up() {
	thumoi init --units tests/data/trial-2021/units.csv &&
		thumoi campaign create lab --title 'Khảo sát thử' --opens "$(date -u -d yesterday +%F)" \
			--closes "$(date -u -d '+30 days' +%F)" --tree units --from 'Bộ Nội vụ <khaosat@survey.test>' &&
		thumoi instrument add lab survey --title 'Phiếu khảo sát' --url 'https://forms.test/s?token={{token}}' &&
		thumoi wave create lab invitation --template invitation && thumoi wave create lab reminder --template reminder &&
		thumoi roster import lab "$own/T92-roster.csv"
}
ok "a store, a campaign, ten people" set_up

wait_queue() {
	local i
	for i in $(seq 150); do
		lab_queue_empty && break
		sleep 0.1
	done
}

# --- adding them
imaps=imaps://localhost:$IMAPS
add() { # NUMBER [PASSWORD-FILE]
	thumoi -q probe add "probe$1@cantho.gov.test" --for cantho.gov.test --mailbox "$imaps" --user "probe$1@cantho.gov.test" \
		--password-file "${2:-$own/password}"
}
for i in 1 2 3 4 5; do ok "probe $i is added" add "$i"; done
not_ok_if "a nominated person is no probe" thumoi probe add u1@cantho.gov.test --for cantho.gov.test --mailbox maildir:/tmp
not_ok_if "a password in the address of the mailbox is refused" \
	thumoi probe add p@x.test --for x.test --mailbox "imaps://me:secret@localhost:$IMAPS" --user me --password-file "$own/password"
not_ok_if "a mailbox without folders is refused" \
	thumoi probe add p@x.test --for x.test --mailbox "pop3s://localhost:$POP3S" --user x --password-file "$own/password"
out=$(thumoi probe test probe1@cantho.gov.test)
is $? 0 "the mailbox opens"
has "$(tr -s ' ' <<<"$out")" "Junk junk" "... its junk folder is known by its special use"
probes_listed() { thumoi --json probe list | grep -o '"email"' | wc -l; }
is "$(probes_listed)" 5 "five of them are listed"

# --- in the wave
thumoi wave run lab invitation --no-wait >"$own/wave.log" 2>&1
is $? 0 "the wave runs"
has "$(cat "$own/wave.log")" "planned: 10 new, 0 before; 5 probe mailboxes ride along" "... and says who rides along"
wait_queue
mails() { find "$LAB/mail/cantho.gov.test" -path '*/Maildir/*' -type f \( -path '*/new/*' -o -path '*/cur/*' \) | wc -l; }
is "$(mails)" 14 "ten people and four probes have a message; one was thrown away"
is "$(thumoi report participation lab --format csv | tail -n 1 | cut -d, -f5,8)" "10,10" "nominated and accepted: ten, a probe is nobody"

# --- the looks
is "$(thumoi -q probe check --once | grep -c '@')" 0 "before ten minutes nothing is due"
clock 11
thumoi -q probe check >"$own/first.log" 2>&1
is $? 0 "a look after ten minutes"
seen() { grep "^probe$1@" "$own/first.log" | tr -s ' ' | cut -d' ' -f3- | sed 's/ *$//'; }
is "$(seen 1)" "inbox INBOX 11" "probe 1: the inbox"
is "$(seen 2)" "spam Junk 11" "probe 2: spam, by special use"
is "$(seen 3)" "spam Thư rác 11" "probe 3: spam, by a name in modified UTF-7"
is "$(seen 4)" "other folder Lists 11" "probe 4: another folder"
is "$(seen 5)" "not there 11" "probe 5: not there yet"
is "$(find "$LAB/mail/cantho.gov.test/probe1/Maildir/new" -type f | wc -l)" 1 "the message is as new as before"
is "$(find "$LAB/mail/cantho.gov.test" -path '*/probe*' -name '*:2,*S*' | wc -l)" 0 "nothing was marked as seen"
placement() { thumoi report placement lab --format csv | grep "^cantho.gov.test,$1," | cut -d, -f4-9; }
is "$(placement invitation)" "5,4,1,2,1,0" "who is not there after ten minutes is not missing"

# --- trouble is not "missing"
add 1 "$own/wrong-password"
clock 61
out=$(thumoi probe check 2>&1)
is $? 1 "a wrong password: exit 1"
has "$out" "probe1@cantho.gov.test: mailbox localhost: the server refuses the name or the password" "... and it is said"
has "$(thumoi probe list)" "refuses the name or the password" "the list shows it"
doveadm -c "$LAB/dovecot/dovecot.conf" stop
clock 1500
out=$(thumoi probe check 2>&1)
is $? 1 "no server: exit 1"
is "$(grep -c 'thumoi: probe' <<<"$out")" 5 "... said for each"
is "$(placement invitation)" "5,4,1,2,1,0" "nobody became missing by that"
dovecot -c "$LAB/dovecot/dovecot.conf"
for _ in $(seq 100); do
	lab_port_open "$IMAPS" && break
	sleep 0.1
done
add 1
ok "the server is back, the password right" thumoi -q probe check
is "$(placement invitation)" "5,5,1,2,1,1" "after a day who is nowhere is missing"
has "$(thumoi report placement lab)" "cantho.gov.test: filtered in part, 12-77 % of 5 probes; 1 never arrived" "in words"
has "$(thumoi report causes lab)" "cantho.gov.test: filtered in part, 12-77 % of 5 probes" "beside the causes"
has "$(thumoi probe check 2>&1)" "nothing is awaited" "after a day nothing more is looked for"

# --- thumoid does it on its own
thumoi wave run lab reminder --no-wait >"$own/reminder.log" 2>&1
wait_queue
clock 1520
"$driven/thumoid" --no-web --no-dispatch >"$own/thumoid.log" 2>&1 &
daemon=$!
for _ in $(seq 100); do
	[ "$(grep -c 'place=' "$own/thumoid.log")" -ge 5 ] && break
	sleep 0.1
done
kill "$daemon"
wait "$daemon"
daemon=
is "$(grep -c 'place=spam' "$own/thumoid.log")" 2 "thumoid looks, too"
is "$(grep -c '@' "$own/thumoid.log")" 0 "... and logs no address"
is "$(placement reminder)" "5,4,1,2,1,0" "the reminder has a line of its own"

# --- a focal point's word, and one that is removed
out=$(thumoi --json evidence add u1@cantho.gov.test spam --note 'đầu mối gọi điện' 2>/dev/null)
is $? 0 "the focal point says: in spam"
has "$out" '"cause":"in_spam"' "... which is the cause now"
has "$(thumoi person show u1@cantho.gov.test)" "đầu mối gọi điện" "the note stands in the person's story"
is "$(thumoi report causes lab --format csv | grep '^TOTAL,in_spam,' | cut -d, -f4,5)" "A,1" "grade A, one person"
ok "it can be taken back" thumoi evidence withdraw u1@cantho.gov.test spam
is "$(thumoi report causes lab --format csv | grep -c '^TOTAL,in_spam,')" 0 "... and counts no more"
not_ok_if "without a note nothing is recorded" thumoi evidence add u1@cantho.gov.test spam
ok "a probe is removed" thumoi probe remove probe4@cantho.gov.test
is "$(probes_listed)" 4 "... and listed no more"
is "$(placement invitation)" "5,5,1,2,1,1" "... what it saw stays"

tap_done
