#!/usr/bin/env bash
# About a hundred invitations through real Postfix and Dovecot: refusals, later
# bounces, deferrals, an automatic reply; reports come back by IMAPS and POP3S;
# the report must name the right cause for everybody.
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
bin=$PWD/$build/bin/thumoi
driven=$PWD/$build/driven/thumoi
postoffice=$PWD/$build/tests/postoffice

missing=$(lab_need | tr '\n' ' ')
[ -z "$missing" ] || skip_all "the mail lab needs: $missing"

work=$(mktemp -d "${TMPDIR:-/tmp}/thumoi-mail.XXXXXX") || exit 1
cleanup() {
	lab_down
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

chmod 711 "$work"	# Postfix and Dovecot walk through it as themselves
mkdir "$work/lab" "$work/own"
own=$work/own
export THUMOI_MAX_PER_PERSON_DAY=0	# the reminder goes out on the day of the invitation
lab_up "$work/lab" "$postoffice" || {
	tail -n 5 "$work"/lab/log/*
	tap_line not_ok "the mail lab starts"
	tap_done
}
tap_line ok "the mail lab starts"

# --- whom to invite: address pattern, how many, the cause the report must give at the end
people=$own/people.csv
population="T92 u%d@cantho.gov.test 50
T92 junk%d@cantho.gov.test 5
T92 away%d@cantho.gov.test 3
T92 temp%d@cantho.gov.test 3
T92 gone%d@cantho.gov.test 3
T92 moved%d@cantho.gov.test 2
T92 rep%d@cantho.gov.test 3
T92 full%d@cantho.gov.test 3
T92 nix%d@cantho.gov.test 5
T89 nobody%d@angiang.gov.test 5
T89 brim%d@angiang.gov.test 3
T89 policy%d@policy.test 5
T89 host%d@nohost.test 3
T89 dead%d@dead.test 4
T89 no-address-%d 1"
family=(Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng)
middle=(Thị Văn Đức Ngọc Quốc)
given=(An Bích Cường Dũng Điệp Giang Hương Khánh Lượng Mỹ Nghĩa Oanh Phước Quỳnh Sửu Thảo Uyên Vỹ Xuân Yến)

write_rosters() {
	local n=0 unit pattern count i name
	for unit in T92 T89; do printf 'STT,Họ và tên,Chức vụ,Đơn vị,Email\n' >"$own/$unit-roster.csv"; done
	printf 'Họ và tên,Email\n' >"$people"
	while read -r unit pattern count; do
		for i in $(seq "$count"); do
			name="${family[n % 10]} ${middle[n / 10 % 5]} ${given[n * 7 % 20]}"
			# shellcheck disable=SC2059 # the pattern is ours
			printf "%d,%s,Chuyên viên,Sở Nội vụ,$pattern\n" "$((n + 1))" "$name" "$i" >>"$own/$unit-roster.csv"
			# shellcheck disable=SC2059
			printf "%s,$pattern\n" "$name" "$i" >>"$people"
			n=$((n + 1))
		done
	done <<<"$population"
	total=$n
}
total=0
write_rosters

write_conf() {
	echo pw >"$own/password"
	echo wrong >"$own/wrong-password"
	cat >"$own/thumoi.conf" <<X
store = $own/thumoi.db
relay = smtp://localhost:$SUBMISSION
relay_user = courier@survey.test
relay_password_file = $own/password
relay_tls = require
relay_ca_file = $LAB/ca.pem
connections = 4
helo_name = mail.survey.test
bounce_address = bounce@survey.test
secret_file = $own/secret.key
retry_first_s = 1
public_url = https://survey.test
inbound_url = imaps://localhost:$IMAPS/INBOX
inbound_user = bounce@survey.test
inbound_password_file = $own/password
inbound_ca_file = $LAB/ca.pem
X
}
write_conf
export THUMOI_CONFIG=$own/thumoi.conf
thumoi() { timeout 120 "$bin" --lang en "$@"; }
today=$(date -u +%F)

ok "a store and a campaign" eval "thumoi init --units tests/data/trial-2021/units.csv && thumoi campaign create lab --title 'Khảo sát thử' --opens $today \
	--closes $(date -u -d '+30 days' +%F) --tree units --from 'Bộ Nội vụ <khaosat@survey.test>' &&
	thumoi instrument add lab survey --title 'Phiếu khảo sát' --url 'https://forms.test/s?token={{token}}' &&
	thumoi instrument add lab feedback --title 'Phiếu phản hồi' --url 'https://forms.test/f?token={{token}}' &&
	thumoi wave create lab invitation --template invitation"
ok "the rosters are imported" thumoi roster import lab "$own/T92-roster.csv" "$own/T89-roster.csv"

# --- what must not get through: nothing is lost, the words are clear
queue_untouched() { lab_queue_empty && [ -z "$(find "$LAB/mail" -path '*/Maildir/*' -name '*,S=*' -print -quit)" ]; }

out=$(THUMOI_RELAY_CA_FILE=$LAB/other-ca.pem thumoi wave run lab invitation --no-wait 2>&1)
is $? 1 "a relay with a certificate we do not trust: exit 1"
has "${out,,}" certificate "... and the message says it is the certificate"
ok "... and nothing went out" queue_untouched

out=$(THUMOI_RELAY_PASSWORD_FILE=$own/wrong-password thumoi wave run lab invitation --no-wait 2>&1)
is $? 1 "a wrong relay password: exit 1"
has "$out" 535 "... and the relay's 535 is shown"
ok "... and nothing went out" queue_untouched

out=$(THUMOI_RELAY=smtp://courier:pw@localhost:$SUBMISSION thumoi wave run lab invitation --no-wait 2>&1)
is $? 1 "a password in a URL is refused"

# --- the wave
sleep 2		# what was deferred by the two attempts above is due again
out=$(thumoi wave run lab invitation --no-wait 2>&1) || echo "# wave run: $out"
status=$(thumoi --json wave status lab)
ok "wave status is JSON" python3 -m json.tool <<<"$status"

count_mails() { lab_messages "$@" | wc -l; }
all_mails() { find "$LAB/mail" -type f \( -path '*/new/*' -o -path '*/cur/*' \) -not -path '*/bounce/*'; }
delivered=58	# u, junk, away
wait_mails() {
	local i
	for i in $(seq 100); do
		[ "$(all_mails | wc -l)" -ge "$1" ] && return
		sleep 0.1
	done
	return 1
}
wait_mails "$delivered"
is "$(all_mails | wc -l)" "$delivered" "every deliverable message is in a real mailbox, once"
is "$(count_mails junk3@cantho.gov.test Junk)" 1 "Sieve put the message into Junk"
mapfile -t mails < <(all_mails)
ok "Python's email reads them: names, Vietnamese subjects, links, headers" "$here/check-mails.py" "$people" "${mails[@]}"

# --- reports come back by IMAPS
bounce_mails() { lab_messages bounce@survey.test | grep -v /.Processed/; }
for i in 1 2 3; do
	ok "away$i's mailbox answers for them" lab_auto_reply "away$i@cantho.gov.test"
done
for _ in $(seq 400); do
	lab_queue_empty && break
	sleep 0.1
done
ok "Postfix has given up on what cannot be delivered" lab_queue_empty
waiting=$(bounce_mails | wc -l)
is "$waiting" 27 "the reports are there: 20 failures, 4 delays, 3 automatic replies"

# --- the log of the relay tells it before a report is read
thumoi --json inbound log "$LAB/log/postfix.log" >"$own/log.json"
is $? 0 "the relay's log is read"
logged() { python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$own/log.json" "$1"; }
is "$(logged delivered) $(logged bounced) $(logged expired)" "$delivered 16 4" "... in mailboxes, could not be delivered, given up"
is "$(thumoi report causes lab --format csv | awk -F, '$1 == "TOTAL" && $2 == "bad_user" { n += $5 } END { print n }')" 10 \
	"... so that the report names the causes already"
has "$(thumoi person show u7@cantho.gov.test)" delivered "... and who has got the message"
facts() { sqlite3 "$own/thumoi.db" "SELECT count(*) FROM evidence WHERE kind = 'dsn' AND category = 'unknown-user'"; }
before=$(facts)
is "$(thumoi --json inbound log "$LAB/log/postfix.log" | tr -d ' ' | grep -o '"ours":[0-9]*')" '"ours":0' "... and not a second time"

out=$(THUMOI_INBOUND_CA_FILE=$LAB/other-ca.pem thumoi inbound fetch 2>&1)
is $? 1 "a mailbox with a certificate we do not trust: exit 1"
has "${out,,}" certificate "... and the message says it is the certificate"
out=$(THUMOI_INBOUND_PASSWORD_FILE=$own/wrong-password thumoi inbound fetch 2>&1)
is $? 1 "a wrong mailbox password: exit 1"
ok "... and the message says so" grep -qiE 'password|login|authenti|refused who' <<<"$out"
is "$(bounce_mails | wc -l)" "$waiting" "... and no message is lost"

ok "reports are fetched by IMAPS, the test CA verified" thumoi inbound fetch
is "$(count_mails bounce@survey.test Processed)" "$waiting" "... and moved to Processed"
is "$(bounce_mails | wc -l)" 0 "... so that the inbox is empty"
ok "fetching an empty mailbox is fine" thumoi inbound fetch
is "$(facts)" "$before" "reports of what the log said are the same facts"

# --- people answer with the tokens of the mails they got
token_of() { grep -ahoE '/i/[0-9A-Za-z_~]{22}' "$(lab_messages "$1" | head -n 1)" | head -n 1 | cut -c4-; }
tokens_import() {
	local i
	echo token,instrument,answered_at
	for i in $(seq 10); do
		echo "$(token_of "u$i@cantho.gov.test"),survey,$today"
		[ "$i" -gt 8 ] || echo "$(token_of "u$i@cantho.gov.test"),feedback,$today"
	done
}
tokens_import >"$own/answers.csv"
ok "answers are imported" thumoi answers import lab "$own/answers.csv"

# --- the relay changes its mind about temp*: the next run gets them through
sed -i '/^temp/d' "$LAB/postfix/etc/rcpt_access"
lab_reload
sleep 2
thumoi wave run lab invitation --no-wait >"$own/second.log" 2>&1
wait_mails $((delivered + 3))
is "$(all_mails | wc -l)" $((delivered + 3)) "deferred messages got through later, nothing was sent twice"

# --- the report
thumoi report causes lab --format csv >"$own/causes.csv"
is $? 0 "the causes reconcile"
cause() { awk -F, -v c="$1" '$1 == "TOTAL" && $2 == c { n += $5 } END { print n + 0 }' "$own/causes.csv"; }
while read -r want key; do
	is "$(cause "$key")" "$want" "report causes: $key"
done <<X
8 answered
2 answered_partly
1 bad_row
10 bad_user
3 bad_domain
2 moved
3 mailbox_disabled
6 mailbox_full
8 refused_policy
0 refused_content
0 waiting
4 expired
48 unknown
X
is "$(awk -F, '$1 == "TOTAL" { n += $5 } END { print n }' "$own/causes.csv")" "$total" "the causes sum to the $total nominated"
absent=$(($(cause away) + $(cause received_silent)))
is "$absent" 3 "an automatic reply is proof of arrival, no bounce"
participation=$(thumoi report participation lab --format csv | tail -n 1)
has "$participation" TOTAL "report participation ends with the total"
is "$(cut -d, -f5 <<<"$participation")" "$total" "... which nominated $total"
has "$(thumoi person show policy1@policy.test)" 5.7.1 "a person's timeline shows the remote's status"

# --- what stays deferred expires when its time is over (the driven clock)
echo 'u50@cantho.gov.test 450 4.2.1 not now' >>"$LAB/postfix/etc/rcpt_access"
lab_reload
sleep 0.5
ok "a second wave" thumoi wave create lab reminder --template reminder
thumoi wave run lab reminder --no-wait >"$own/reminder.log" 2>&1
for _ in $(seq 100); do
	lab_queue_empty && break
	sleep 0.1
done
bounced=$(bounce_mails | wc -l)
ok "the reminder brings new reports ($bounced)" test "$bounced" -gt 0
pop3s() { env THUMOI_INBOUND_URL="pop3s://localhost:$POP3S" THUMOI_INBOUND_PROCESSED= timeout 60 "$bin" --lang en inbound fetch; }
ok "they are fetched by POP3S" pop3s
is "$(bounce_mails | wc -l)" 0 "... and deleted after they were recorded"
clock() { python3 -c 'import struct,sys,time; sys.stdout.buffer.write(struct.pack("<q", int((time.time() + float(sys.argv[1])) * 1000)))' "$1" >"$own/clock"; }
clock 600000
THUMOI_CLOCK_FILE=$own/clock timeout 60 "$driven" --lang en wave run lab reminder --no-wait >>"$own/reminder.log" 2>&1
has "$(thumoi person show u50@cantho.gov.test)" expired "what is deferred for a week has expired"

tap_done
