#!/usr/bin/env bash
# `thumoi roster check` with a real name server (dnsmasq) on loopback: every
# kind of trouble is found, nothing is changed but what is remembered of
# domains, and without the name server nothing is judged.
# shellcheck disable=SC2317 # ok calls functions by name
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh
build=${BUILD:-build}
make -s BUILD="$build" all postoffice >/dev/null || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
PATH=$PATH:/usr/sbin:/sbin
for need in dnsmasq sqlite3 python3; do
	command -v "$need" >/dev/null || skip_all "$need is not installed"
done
work=$(mktemp -d "${TMPDIR:-/tmp}/thumoi-check.XXXXXX") || exit 1
nameserver=''
trap '[ -z "$nameserver" ] || kill "$nameserver" 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
read -r port dead <<<"$("$build/tests/postoffice" ports 2)"
export THUMOI_DB=$work/t.db THUMOI_SECRET_FILE=$work/key THUMOI_DNS_SERVERS=127.0.0.1:$port THUMOI_DNS_TIMEOUT_S=2 LC_ALL=C.UTF-8
bin=$PWD/$build/bin/thumoi
thumoi() { timeout 60 "$bin" --lang en "$@"; }

# --- the name server: the domains of the synthetic trial have an exchanger, all others below .example do not exist
{
	cat <<X
port=$port
listen-address=127.0.0.1
bind-interfaces
no-resolv
no-hosts
keep-in-foreground
log-queries
log-facility=$work/dns.log
user=$(id -un)
local=/example/
local-ttl=600
host-record=mx.example,127.0.0.1
dns-rr=null.example,15,000000
mx-host=dead.example,gone.example,10
mx-host=dead.example,void.example,20
txt-record=void.example,nothing but a text
host-record=only-address.example,127.0.0.1
cname=alias.example,only-address.example
X
	python3 -c '
import json
for d in json.load(open("tests/data/trial-2021/mail-world.json"))["domains"]:
    print("mx-host=%s,mx.example,10" % d)'
} >"$work/dnsmasq.conf"
start_nameserver() {
	dnsmasq -C "$work/dnsmasq.conf" </dev/null >/dev/null 2>&1 &
	nameserver=$!
	for _ in $(seq 100); do
		thumoi debug mx only-address.example 2>/dev/null | grep -q takes_mail && return 0
		sleep 0.1
	done
	cat "$work/dns.log"
	return 1
}
stop_nameserver() {
	kill "$nameserver"
	wait "$nameserver" 2>/dev/null
	nameserver=''
}
questions() { grep -c 'query\[' "$work/dns.log"; }
start_nameserver
is $? 0 "a name server"

# --- debug mx
mx() { thumoi debug mx --format csv "$@" | sed 1d | sort; }
is "$(thumoi debug mx --format csv null.example | head -n 1)" "domain,answer,exchangers,alias,ttl_s,why" "debug mx: its columns"
is "$(mx cantho.gov.example null.example dead.example only-address.example alias.example void.example nowhere.example x.test)" \
"alias.example,takes_mail,(itself),only-address.example,600,
cantho.gov.example,takes_mail,10 mx.example,,600,
dead.example,no_mail_host,\"10 gone.example -, 20 void.example -\",,600,
nowhere.example,no_such_domain,,,0,
null.example,null_mx,,,600,
only-address.example,takes_mail,(itself),,600,
void.example,no_mail_host,,,0,
x.test,unknown,,,0,REFUSED" "debug mx: each kind of domain"
is "$(mx 'Bưu-điện.example')" "xn--bu-in-7ya42ik46m.example,no_such_domain,,,0," "debug mx: an international domain"
not_ok_if "debug mx: no domain" thumoi debug mx 'a b.example'
not_ok_if "debug mx: a network address" thumoi debug mx '[192.0.2.1]'
not_ok_if "debug mx: no name server there" thumoi debug mx --servers "127.0.0.1:$dead" cantho.gov.example
not_ok_if "debug mx: a server list that is none" thumoi debug mx --servers ns.example cantho.gov.example
not_ok_if "config check: a server list that is none" env THUMOI_DNS_SERVERS=1.2.3 timeout 9 "$bin" config check

# --- a campaign in which mail bounced, and the next one
today=$(date -u +%F)
later=$(date -u -d '+20 days' +%F)
campaign() {
	thumoi campaign create "$1" --title T --opens "$today" --closes "$later" --tree units --from 'Survey <survey@ministry.example>' &&
	thumoi instrument add "$1" survey --title S --url 'https://forms.example/{{token}}'
}
ok "a store" thumoi init --units tests/data/trial-2021/units.csv --providers tests/data/trial-2021/providers.txt
ok "an earlier campaign" campaign before
printf 'STT,Họ và tên,Email\n1,Lê Thị Lan,lan@cantho.gov.example\n' >"$work/T92-can-tho.csv"
ok "its roster" thumoi roster import before "$work/T92-can-tho.csv"
ok "its wave" thumoi wave create before first --template invitation
ok "its mail" thumoi wave run before first --relay "dir:$work/out"
cat >"$work/bounce.eml" <<X
From: MAILER-DAEMON@mx.example
To: bounce@ministry.example
Subject: Undelivered Mail
Date: $(date -R)
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

lan@cantho.gov.example: 550 5.1.1 no such user
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; lan@cantho.gov.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user
--b--
X
ok "its bounce" thumoi inbound feed "$work/bounce.eml"
ok "the campaign" campaign now
cat >"$work/T92-can-tho.csv" <<'X'
STT,Họ và tên,Email
1,Lê Văn An,an@cantho.gov.example
2,Lê Văn Bình,binh@canhto.gov.example
3,Lê Văn Cường,cuong@null.example
4,Lê Thị Dung,dung@dead.example
5,Lê Thị Em,em@gmial.example
6,Lê Giang,giang@kiengiang.gov.example
7,Lê Thị Hoa,vanthu@cantho.gov.example
8,Trần Khánh,vanthu@cantho.gov.example
9,Lê Thị Lan,lan@cantho.gov.example
10,Lê Minh,minh@elsewhere.test
11,Lê Nam,Nam@cantho.gov.example
12,"=cmd()",oanh@canhto.gov.example
13,Lê Phú,"phú@cantho.gov.example"
14,Lê Quân,
X
printf 'STT,Họ và tên,Email\n1,Vũ Sơn,son@kiengiang.gov.example\n' >"$work/T91-kien-giang.csv"
ok "its rosters" thumoi roster import now "$work/T92-can-tho.csv" "$work/T91-kien-giang.csv"

# --- what is found
all_but_cache() { sqlite3 "$work/t.db" .dump | grep -v 'INTO mail_domain '; }
before=$(all_but_cache)
thumoi roster check now --format csv >"$work/found.csv" 2>"$work/said"
is $? 0 "findings are a normal case"
bounce_day=$(TZ=Asia/Ho_Chi_Minh date '+%-d %B %Y')
own="; the unit's own is cantho.gov.example"
is "$(sed "s/, $bounce_day: /, DAY: /" "$work/found.csv")" "unit,file,line,seq,name,email,finding,severity,detail,suggestion,corrected_email
T92,T92-can-tho.csv,3,2,Lê Văn Bình,binh@canhto.gov.example,no_such_domain,error,the mail domain canhto.gov.example does not exist$own,,
T92,T92-can-tho.csv,4,3,Lê Văn Cường,cuong@null.example,null_mx,error,the domain null.example says that it takes no mail,,
T92,T92-can-tho.csv,5,4,Lê Thị Dung,dung@dead.example,no_mail_host,error,\"no mail host of dead.example can be found (10 gone.example, 20 void.example)\",,
T92,T92-can-tho.csv,6,5,Lê Thị Em,em@gmial.example,typo_domain,error,the mail provider's name seems misspelt,em@gmail.example,
T92,T92-can-tho.csv,7,6,Lê Giang,giang@kiengiang.gov.example,foreign_domain,warning,the mail domain kiengiang.gov.example belongs to Kien Giang Province (T91),,
T92,T92-can-tho.csv,8,7,Lê Thị Hoa,vanthu@cantho.gov.example,role_address,warning,\"this is an office's mailbox, not a person's own\",,
T92,T92-can-tho.csv,8,7,Lê Thị Hoa,vanthu@cantho.gov.example,shared_address,warning,2 people have this address; also Trần Khánh (T92),,
T92,T92-can-tho.csv,9,8,Trần Khánh,vanthu@cantho.gov.example,role_address,warning,\"this is an office's mailbox, not a person's own\",,
T92,T92-can-tho.csv,9,8,Trần Khánh,vanthu@cantho.gov.example,shared_address,warning,2 people have this address; also Lê Thị Hoa (T92),,
T92,T92-can-tho.csv,10,9,Lê Thị Lan,lan@cantho.gov.example,bounced_before,warning,\"campaign before, DAY: came back (unknown-user): 550 5.1.1 no such user\",,
T92,T92-can-tho.csv,11,10,Lê Minh,minh@elsewhere.test,unknown_domain,note,the mail domain elsewhere.test is no unit's and no known provider's,,
T92,T92-can-tho.csv,12,11,Lê Nam,nam@cantho.gov.example,upper_case,note,capitals were made small,,
T92,T92-can-tho.csv,13,12,=cmd(),oanh@canhto.gov.example,no_such_domain,error,the mail domain canhto.gov.example does not exist$own,,
T92,T92-can-tho.csv,14,13,Lê Phú,phú@cantho.gov.example,diacritics_in_address,error,letters with diacritics stand in the address,phu@cantho.gov.example,
T92,T92-can-tho.csv,15,14,Lê Quân,,missing_email,error,there is no address,," "each kind of trouble, with what the import found"
has "$(cat "$work/said")" "1 of 7 mail domains could not be found out about, ask again later (REFUSED): elsewhere.test" \
	"a domain that could not be found out about is told, and is no finding"
is "$(all_but_cache)" "$before" "nothing in the store has changed but what is remembered of domains"
has "$(thumoi roster check now 2>/dev/null)" "11 people should be looked at again" "as text: what to do next"
has "$(thumoi roster check now --unit T92 2>/dev/null)" "T92-can-tho.csv line 6  Lê Thị Em  em@gmial.example
    error: the mail provider's name seems misspelt; meant perhaps: em@gmail.example" "as text: the people of one unit"
has "$(thumoi roster check now --unit T91 2>/dev/null)" "Nothing has to be mended." "as text: a unit without fault"
has "$(timeout 60 "$bin" roster check now 2>/dev/null)" "người cần đơn vị xem lại" "without --lang: the language of the campaign"
ok "as JSON" eval 'thumoi --json roster check now 2>/dev/null | python3 -m json.tool >/dev/null'
status_of() { "$@" >/dev/null 2>&1; echo $?; }
is "$(status_of thumoi roster check never) $(status_of thumoi roster check now --unit T93x)" "1 1" "an unknown campaign, an unknown unit"
is "$(status_of thumoi roster check now --format html) $(status_of thumoi roster check now --refresh --offline)" "2 2" \
	"a form that there is not, options that contradict each other"

# --- what is remembered
asked=$(questions)
thumoi roster check now --format csv >"$work/second.csv" 2>/dev/null
is "$(($(questions) - asked))" 2 "a second check asks only for the domain that gave no answer (and greets)"
thumoi roster check now --offline --format csv >"$work/offline.csv" 2>"$work/said"
is "$(($(questions) - asked))" 2 "--offline asks nothing"
ok "... and finds the same" cmp "$work/found.csv" "$work/offline.csv"
has "$(cat "$work/said")" "1 of 7 mail domains were not looked up" "... but says what it does not know"
thumoi roster check now --refresh >/dev/null 2>&1
ok "--refresh asks for all" test $(($(questions) - asked)) -gt 10

# --- a list for each unit
mkdir "$work/lists"
ok "lists" thumoi -q roster check now --output "$work/lists"
is "$(ls "$work/lists")" T92-can-tho.csv "one for each unit with something to mend"
list=$work/lists/T92-can-tho.csv
is "$(head -c 3 "$list" | od -An -tx1)" " ef bb bf" "with the mark by which Excel knows UTF-8"
is "$(grep -c $'\r$' "$list") $(wc -l <"$list")" "14 14" "... and its line ends; notes are left out"
has "$(cat "$list")" "\"'=cmd()\"" "nothing in it runs as a formula"
ok "again, over the earlier one" thumoi -q roster check now --output "$work/lists"
ok "into a folder that is made" thumoi -q roster check now --output "$work/made"
ok "... with the same" cmp "$list" "$work/made/T92-can-tho.csv"
thumoi roster check now --output "$work" >"$work/said" 2>&1
is $? 1 "not over a roster of that name"
has "$(cat "$work/said")" "T92-can-tho.csv is there and is no list" "... it is named"
is "$(head -n 1 "$work/T92-can-tho.csv")" "STT,Họ và tên,Email" "... and untouched"
people() { sqlite3 "$work/t.db" 'SELECT * FROM contact ORDER BY id; SELECT * FROM address ORDER BY contact, rank'; }
before=$(people)
thumoi roster import now "$list" >"$work/said" 2>&1
is $? 0 "a list is not taken for the unit's roster"
has "$(cat "$work/said")" "list of corrections" "... which is said"
is "$(people)" "$before" "... nobody is missing, and where nothing was filled in nothing is mended"
sed '/^T92.*,binh@canhto/s/\(.*\),[^,]*$/\1,binh@cantho.gov.example/' "$list" >"$work/T92-mended.csv"
thumoi roster import now "$work/T92-mended.csv" >"$work/said" 2>&1
is $? 0 "a list that was filled in"
is "$(people | grep -c 'binh@cantho.gov.example')" 1 "... mends the address"
is "$(people | sed 's/binh@cantho.gov.example/binh@canhto.gov.example/' | grep -c .)" "$(grep -c . <<<"$before")" "... of that person alone"

# --- no name server
stop_nameserver
thumoi roster check now --refresh --format csv >"$work/alone.csv" 2>"$work/said"
is $? 0 "without name server"
has "$(cat "$work/said")" "no name server can be reached" "... that is said"
ok "... and what was found out before still counts" cmp "$work/found.csv" "$work/alone.csv"
sqlite3 "$work/t.db" "DELETE FROM mail_domain"
thumoi roster check now --format csv >"$work/blank.csv" 2>"$work/said"
is "$(cut -d, -f7 "$work/blank.csv" | grep -cE '^(no_such_domain|null_mx|no_mail_host)$')" 0 "nothing known: nothing is judged"
is "$(sqlite3 "$work/t.db" 'SELECT count(*) FROM mail_domain')" 0 "... and nothing is remembered"
has "$(cat "$work/said")" "7 of 7 mail domains were not looked up" "... which is said"

# --- the trial: the addresses whose domains did not exist, before anything is sent
start_nameserver
is $? 0 "the name server again"
ok "the trial" campaign trial
ok "its 76 rosters" eval 'thumoi -q roster import trial tests/data/trial-2021/rosters/*.csv'
thumoi roster check trial --format csv >"$work/trial.csv" 2>"$work/said"
is "$(cat "$work/said")" "" "everything could be found out"
want=$(python3 -c '
import csv, json
dead = set(json.load(open("tests/data/trial-2021/mail-world.json"))["no_such_domain"])
rows = csv.DictReader(open("tests/data/trial-2021/expected-import.csv", encoding="utf-8-sig"))
print("\n".join(sorted(r["email"] for r in rows if r["disposition"] == "accept" and r["email"].split("@")[1] in dead)))')
is "$(awk -F, '$7 == "no_such_domain" { print $6 }' "$work/trial.csv" | sort)" "$want" "just the addresses whose domain does not exist"
is "$(grep -c ',no_such_domain,' "$work/trial.csv")" 24 "... all 24"
is "$(grep -c ',shared_address,' "$work/trial.csv")" 12 "the shared mailboxes"
tap_done
