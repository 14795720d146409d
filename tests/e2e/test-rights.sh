#!/usr/bin/env bash
# What people may ask for, end to end: rosters of the trial, a wave, bounces,
# letters; a person is shown, corrected and erased; the files hold no octet of
# them, reports stay as they were, the roster read again brings nobody back;
# then what is past its time is erased, killed in the middle, gone on with.
# shellcheck disable=SC2317 # traps and ok call functions by name
set -u
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.." || exit 1
# shellcheck source=tests/e2e/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/e2e/bounce.sh
. "$here/bounce.sh"
build=${BUILD:-build}
make -s BUILD="$build" all >/dev/null || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
for need in python3 sqlite3; do
	command -v "$need" >/dev/null || skip_all "$need is not installed"
done
bin=$PWD/$build/bin/thumoi
trial=$PWD/tests/data/trial-2021

work=$(mktemp -d "${TMPDIR:-/tmp}/thumoi-rights.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cat >"$work/thumoi.conf" <<X
store = $work/thumoi.db
secret_file = $work/secret.key
relay = dir:$work/out
public_url = https://survey.test
bounce_address = bounce@moha.gov.example
letter_parent = Bộ Nội vụ
letter_organisation = Vụ Cải cách hành chính
letter_signer_title = Vụ trưởng
letter_signer = Nguyễn Văn Mẫu
X
export THUMOI_CONFIG=$work/thumoi.conf LC_ALL=C.UTF-8
unset THUMOI_DB
thumoi() { timeout 120 "$bin" --lang en "$@"; }
status() {
	local label=$1 want=$2
	shift 2
	"$@" >"$work/stdout" 2>"$work/stderr"
	is $? "$want" "$label"
	stdout=$(tr -d '\0' <"$work/stdout")
	stderr=$(tr -d '\0' <"$work/stderr")
}
stdout='' stderr=''
query() { sqlite3 -cmd '.timeout 5000' "$work/thumoi.db" "$1"; }
# How many lines of the files of the store hold this: in_files TEXT
in_files() { cat "$work"/thumoi.db* | grep -a -i -c -F -- "$1"; }
reports() { # reports NAME
	thumoi report participation lab --format csv >"$work/$1-participation.csv"
	thumoi report causes lab --format csv >"$work/$1-causes.csv"
}
same_reports() { # same_reports NAME NAME LABEL
	is "$(cat "$work/$2-participation.csv")" "$(cat "$work/$1-participation.csv")" "$3: participation, byte for byte"
	is "$(cat "$work/$2-causes.csv")" "$(cat "$work/$1-causes.csv")" "$3: causes, byte for byte"
}
file_of() { grep -l -F "X-Envelope-To: <$1>" "$work"/out/*.eml | head -n 1; }
# The same without anything of ours in it but the address.
stray() {
	cat <<X
From: MAILER-DAEMON@mx.example
To: bounce@moha.gov.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; $1
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 $2 <$1>

--b--
X
}

# --- rosters, focal points, a wave, what came back
opens=$(date -u -d '-6 days' +%F) closes=$(date -u -d '+5 days' +%F)
ok "init" thumoi -q init --units "$trial/units.csv" --providers "$trial/providers.txt"
ok "campaign" thumoi -q campaign create lab --title 'Thử nghiệm Hệ thống' --opens "$opens" --closes "$closes" --tree units \
	--from 'Bộ Nội vụ <khaosat@moha.gov.example>' --dispatch 'Công văn số 4566/BNV-CCHC ngày 17 tháng 9 năm 2021'
ok "a form" thumoi -q instrument add lab survey --title 'Phiếu khảo sát' --url 'https://forms.test/?t={{token}}'
thumoi -q roster import lab "$trial"/rosters/*.csv >/dev/null 2>"$work/stderr"
printf 'unit,name,email\nT92,Lê Thị Đầu Mối,daumoi@cantho.gov.example\n' >"$work/focal.csv"
ok "focal points" thumoi -q focal import "$work/focal.csv" --campaign lab
ok "a wave" thumoi -q wave create lab first --template invitation
ok "... goes out" thumoi -q wave run lab first

pick() { query "SELECT c.$1 FROM contact c JOIN address a ON a.contact = c.id AND a.rank = 1 JOIN unit u ON u.id = c.unit
	WHERE u.code = 'T92' AND a.email LIKE '%@cantho.gov.example' AND length(a.email) > 28
	AND (SELECT count(*) FROM address b WHERE b.email = a.email) = 1
	AND (SELECT count(*) FROM contact d WHERE d.name_key = c.name_key) = 1 ORDER BY c.id LIMIT 1 OFFSET $2"; }
id=$(pick id 0) name=$(pick name 0) token=$(pick token 0)
email=$(query "SELECT email FROM address WHERE contact = $id AND rank = 1")
local_part=${email%@*}
id2=$(pick id 1) name2=$(pick name 1) token2=$(pick token 1)
email2=$(query "SELECT email FROM address WHERE contact = $id2 AND rank = 1")
ok "somebody to ask for" test -n "$email" -a -n "$email2"

bounce "$(file_of "$email")" 5.1.1 "<$email>: user $local_part unknown ($name)" >"$work/b1.eml"
bounce "$(file_of "$email2")" 5.2.2 "mailbox of $email2 is full" >"$work/b2.eml"
stray "$email" 'no such user' >"$work/b3.eml"
cat >"$work/b4.eml" <<X
From: ai.do@khac.example
To: bounce@moha.gov.example
Subject: Hoi
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: base64

$(printf 'Anh %s (%s) co nhan duoc thu khong?\n' "$name" "$email" | base64)
X
ok "bounces" thumoi -q inbound feed "$work/b1.eml" "$work/b2.eml" "$work/b3.eml" "$work/b4.eml"
ok "a letter to the unit" thumoi -q letter lab T92 --kind fix --send
printf 'token,instrument,answered_at\n%s,survey,%s\n' "$token" "$(date -u +%F)" >"$work/answers.csv"
ok "the person has answered" thumoi -q answers import lab "$work/answers.csv"
ok "a letter with addresses to mend" test "$(query "SELECT count(*) FROM letter WHERE kind = 'fix'")" -ge 1
cp "$work/thumoi.db" "$work/before.db"

# --- show, export
status "person show" 0 thumoi person show "$token"
is "$(query "SELECT action || ' ' || detail FROM audit ORDER BY id DESC LIMIT 1")" "person show contact=$id campaign=lab" "... is written down, without a name"
status "person note" 0 thumoi person note "$token" Hẹn gọi lại phòng '302:' bàn giao
is "$(query "SELECT action || ' ' || detail FROM audit ORDER BY id DESC LIMIT 1")" "person note contact=$id campaign=lab" "... is written down, without what it says"
ok "a note from standard input" thumoi person note "$token" - < <(printf 'Đã chuyển\n  cho văn thư 0977\n')
has "$(thumoi person show "$token")" 'Đã chuyển cho văn thư 0977' "... stands in the timeline"
has "$(thumoi person show "$token")" "note · cli:$(id -un)" "... with who wrote it"
status "an empty note" 1 thumoi person note "$token" ' '
status "a note on nobody" 1 thumoi person note nobody@nowhere.example hỏi
status "person export" 0 thumoi person export "$email" --output "$work/export.json"
is "$(stat -c %a "$work/export.json")" 600 "... for the eyes of one"
is "$(query "SELECT action || ' ' || detail FROM audit ORDER BY id DESC LIMIT 1")" "person export contact=$id campaign=lab" "... is written down"
status "what is in it" 0 python3 - "$work/export.json" "$email" "$name" "$token" <<'P'
import json, sys
d = json.load(open(sys.argv[1])); email, name, token = sys.argv[2:]
assert len(d["persons"]) == 1
p = d["persons"][0]
assert p["contact"][0]["name"] == name and p["contact"][0]["token"] == token
assert p["address"][0]["email"] == email
assert any(email in r["raw"] for r in p["roster_row"])
assert p["invite"][0]["email"] == email and p["attempt"][0]["verdict"] == "accepted"
assert any(v["kind"] == "dsn" and v["category"] == "unknown-user" for v in p["evidence"])
assert p["answer"][0]["instrument"] == "survey"
assert [n["text"] for n in p["person_note"]] == ["Hẹn gọi lại phòng 302: bàn giao", "Đã chuyển cho văn thư 0977"]
assert len(p["inbound"]) == 2 and all(email in m["raw"] for m in p["inbound"])
assert len(d["other_mails"]) == 1 and "ai.do@khac.example" in d["other_mails"][0]["raw"]
P
status "a focal point is no nominated person, but is held" 0 thumoi person export daumoi@cantho.gov.example
has "$stdout" 'Lê Thị Đầu Mối' "... in what hangs on the address"
status "nobody" 1 thumoi person export nobody@nowhere.example
query "SELECT name FROM contact GROUP BY name_key HAVING count(*) > 1 LIMIT 1" >"$work/twice"
if [ -s "$work/twice" ]; then
	for what in export erase correct; do
		case $what in
		export) set -- ;;
		erase) set -- --yes ;;
		correct) set -- --name 'Ai Đó' ;;
		esac
		status "person $what of a name that several have" 1 thumoi person "$what" "$(cat "$work/twice")" "$@"
		has "$stderr" 'ask again with a token' "... lists them"
	done
fi

# --- correct
status "nothing said" 2 thumoi person correct "$token2"
status "no address" 1 thumoi person correct "$token2" --email 'khong co'
has "$stderr" 'khong co' "... says why"
status "a slip" 1 thumoi person correct "$token2" --email "$local_part@gmail.con"
has "$stderr" 'is it' "... suggests"
is "$(query "SELECT email FROM address WHERE contact = $id2 AND rank = 1")" "$email2" "... nothing was changed"
status "person correct" 0 thumoi person correct "$token2" --name "$name2 Mới" --email moi.dung@cantho.gov.example --sub-unit 'Sở Nội vụ'
is "$(query "SELECT name || '|' || token || '|' || sub_unit FROM contact WHERE id = $id2")" "$name2 Mới|$token2|Sở Nội vụ" "... the token stays"
is "$(query "SELECT old_email || ' ' || new_email FROM correction")" "$email2 moi.dung@cantho.gov.example" "... a correction like any other"
is "$(query "SELECT action || ' ' || detail FROM audit ORDER BY id DESC LIMIT 1")" "person correct contact=$id2 campaign=lab" "... is written down"
ok "a wave to those who were mended" thumoi -q wave create lab mended --template reminder --audience 'mended=yes'
ok "... goes out" thumoi -q wave run lab mended
is "$(query "SELECT i.email FROM invite i JOIN wave w ON w.id = i.wave WHERE w.name = 'mended'")" moi.dung@cantho.gov.example "... to that one"

# --- once more to one person
id3=$(pick id 2) token3=$(pick token 2)
email3=$(query "SELECT email FROM address WHERE contact = $id3 AND rank = 1")
status "person resend on the same day" 1 thumoi person resend "$token3"
has "$stdout" 'has got a message today' "... says why not"
query "UPDATE invite SET moved_at = moved_at - 2 * 86400 WHERE contact = $id3"
status "person resend --dry-run" 0 thumoi --json person resend "$token3" --dry-run
has "$stdout" "\"email\":\"$email3\"" "... says where to"
is "$(query "SELECT count(*) FROM wave WHERE name LIKE 'resend-%'")" 0 "... and makes nothing"
status "person resend" 0 thumoi person resend "$token3"
is "$(query "SELECT action || ' ' || detail FROM audit ORDER BY id DESC LIMIT 1")" "person resend contact=$id3 campaign=lab" "... is written down"
ok "... is sent" thumoi -q dispatch --once
is "$(query "SELECT i.contact || ' ' || i.email || ' ' || i.state || ' ' || w.state FROM invite i JOIN wave w ON w.id = i.wave
	WHERE w.name LIKE 'resend-%'")" "$id3 $email3 accepted done" "... to this person alone, and is over"
is "$(grep -l -F "X-Envelope-To: <$email3>" "$work"/out/*.eml | wc -l)" 2 "... a second message"
status "person resend once more" 1 thumoi person resend "$token3"
thumoi -q evidence add "$token3" opt_out --note 'nhầm người' >/dev/null
query "UPDATE invite SET moved_at = moved_at - 2 * 86400 WHERE contact = $id3"
status "person resend to who wants no more" 1 thumoi person resend "$token3"
has "$stdout" 'asked to stop' "... says why not"
status "that was the wrong person" 0 thumoi evidence withdraw "$token3" opt_out
ok "... who can be written to again" thumoi -q person resend "$token3" --dry-run

# --- erase
reports before
status "erase without a word" 2 thumoi person erase "$token"
status "erase --dry-run" 0 thumoi person erase "$token" --dry-run
is "$(query "SELECT name FROM contact WHERE id = $id")" "$name" "... changes nothing"
ok "... the name is in the files" test "$(in_files "$name")" -gt 0
waits=$work/thumoi.db-uploads/$(date +%s)-0123456789ABCDEFabcdef
mkdir -p "$waits"
echo "$name,$email" >"$waits/T92-sent-to-the-desk.csv"
status "person erase" 0 thumoi person erase "$token" --yes
ok "a list that waits at the desk is gone" test ! -e "$waits"
has "$stderr" 'backups made before now' "... says what stays elsewhere"
has "$(thumoi --lang vi person erase "$token2" --dry-run; "$bin" --lang vi person erase --help)" 'không thể hoàn tác' "... in Vietnamese too"
is "$(in_files "$email")" 0 "the address is gone from the files"
is "$(in_files "$local_part")" 0 "... and what stood before the @"
is "$(in_files "$name")" 0 "... and the name"
is "$(in_files "302: bàn giao")$(in_files "văn thư 0977")" 00 "... and what was noted"
is "$(in_files "$token")" 0 "... and the token"
reports after
same_reports before after "erased"
is "$(query "SELECT name || '|' || name_key || '|' || sub_unit || '|' || position FROM contact WHERE id = $id")" "erased-$id|erased-$id||" "a number is left"
is "$(query "SELECT email FROM address WHERE contact = $id")" "erased-$id@cantho.gov.example" "... at a domain that many are on"
is "$(query "SELECT count(*) FROM roster_row WHERE contact = $id AND raw = '' AND name = '' AND line > 0 AND disposition = 'accept'")" 1 "the row is there, but says nothing"
is "$(query "SELECT count(*) FROM inbound WHERE length(raw) = 0 AND length(sha256) = 64 AND kind IN ('bounce', 'ordinary')")" 3 "raw mails are tombstones, the stray one too"
is "$(query "SELECT count(*) FROM answer WHERE contact = $id")" 1 "the answer counts"
has "$(query "SELECT text FROM evidence WHERE contact = $id")" '[erased]' "words of servers are left without the person"
is "$(query "SELECT count(*) FROM letter WHERE kind = 'fix' AND length(message) < 2000")" 1 "the letter that told of them has lost its body"
is "$(query "SELECT action || ' ' || detail FROM audit ORDER BY id DESC LIMIT 1")" "person erase contact=$id campaign=lab" "it is written down"
is "$(query 'PRAGMA integrity_check')" ok "the store is sound"
status "erase once more" 1 thumoi person erase "erased-$id" --yes
status "the token opens nothing" 1 thumoi person show "$token"
status "a late answer" 1 thumoi answers import lab "$work/answers.csv"
has "$stdout$stderr" 'unknown' "... is of nobody"
bounce "$(file_of "$email")" 5.2.1 "<$email>: disabled" >"$work/late.eml"
n=$(query "SELECT count(*) FROM evidence WHERE contact = $id")
ok "a late bounce" thumoi -q inbound feed "$work/late.eml"
is "$(query "SELECT count(*) FROM evidence WHERE contact = $id AND (text = '' OR text LIKE '%[erased]%')")" $((n + 1)) "... counts, without words"
stray "$email" 'late, and without a tag' >"$work/late2.eml"
ok "a late stray" thumoi -q inbound feed "$work/late2.eml"
is "$(in_files "$local_part")" 0 "... neither is kept"
ok "a wave to all" thumoi -q wave create lab again --template reminder
ok "... goes out" thumoi -q wave run lab again
is "$(query "SELECT count(*) FROM invite i JOIN wave w ON w.id = i.wave WHERE w.name = 'again' AND i.contact = $id")" 0 "... not to the erased"
ok "... nor to a made-up address" test -z "$(grep -l 'X-Envelope-To: <erased-' "$work"/out/*.eml)"

# --- the roster once more
reports before
(cat "$trial"/rosters/T92*.csv; echo) >"$work/T92-again.csv"
status "the roster read again" 0 thumoi roster import lab "$work/T92-again.csv"
is "$(query "SELECT disposition || '|' || reason || '|' || name || '|' || raw FROM roster_row WHERE contact = $id ORDER BY id DESC LIMIT 1")" 'reject|erased||' "... tells of the row that it is not taken in"
has "$stdout" "this person's data was erased" "... in words"
is "$(query "SELECT count(*) FROM contact WHERE name = '$name'")" 0 "nobody is back"
is "$(in_files "$local_part")" 0 "... in no file"
is "$(query "SELECT coalesce(missing_since, 0) FROM contact WHERE id = $id")" 0 "... nor missing"

# --- what is past its time
status "retention show" 0 thumoi retention show
has "$stdout" 'retention = off' "... off, until it is wanted"
status "retention run while it is off" 1 thumoi retention run
has "$stderr" '--dry-run' "... says what to do"
status "retention --dry-run" 0 thumoi --json retention run --dry-run
is "$(python3 -c 'import json,sys; print([r["n"] for r in json.load(sys.stdin)])' <<<"$stdout")" '[0, 0, 0]' "nothing is past its time"
query "UPDATE campaign SET closes_at = strftime('%s', 'now') - 731 * 86400, opens_at = strftime('%s', 'now') - 760 * 86400"
query "UPDATE inbound SET received_at = received_at - 740 * 86400"
reports before
people=$(query "SELECT count(*) FROM contact WHERE erased_at IS NULL")
status "two years later" 0 thumoi --json retention run --dry-run
is "$(python3 -c 'import json,sys; print(json.load(sys.stdin)[2]["n"])' <<<"$stdout")" "$people" "everybody is"
echo 'retention = on' >>"$work/thumoi.conf"
"$bin" -q retention run >"$work/stdout" 2>&1 &
pid=$!
for _ in $(seq 3000); do
	[ "$(query "SELECT count(*) FROM contact WHERE erased_at IS NULL")" -lt $((people - 20)) ] && break
	kill -0 $pid 2>/dev/null || break
	sleep 0.01
done
kill -9 $pid 2>/dev/null
wait $pid 2>/dev/null
left=$(query "SELECT count(*) FROM contact WHERE erased_at IS NULL")
ok "killed in the middle ($left of $people left)" test "$left" -gt 0 -a "$left" -lt "$people"
is "$(query "SELECT count(*) FROM contact c WHERE (c.erased_at IS NULL) <> (c.name NOT LIKE 'erased-%')")" 0 "nobody is half erased"
is "$(query "SELECT count(*) FROM contact c JOIN roster_row w ON w.contact = c.id WHERE c.erased_at IS NOT NULL AND w.raw <> ''")" 0 "... in no row"
status "run again" 0 thumoi --json retention run
is "$(python3 -c 'import json,sys; print(json.load(sys.stdin)[2]["n"])' <<<"$stdout")" "$left" "the others"
status "once more" 0 thumoi --json retention run
is "$(python3 -c 'import json,sys; print([r["n"] for r in json.load(sys.stdin)])' <<<"$stdout")" '[0, 0, 0]' "nothing is left to do"
is "$(query "SELECT count(*) FROM contact WHERE erased_at IS NULL")" 0 "nobody has a name"
is "$(query "SELECT count(*) FROM inbound WHERE length(raw) > 0")" 0 "no raw mail is left"
is "$(query "SELECT count(*) FROM address WHERE email NOT LIKE 'erased-%'")" 0 "no address"
is "$(in_files "$email2")" 0 "... in no file"
is "$(in_files "$name2")" 0 "no name in no file"
status "a roster does not bring them back" 1 thumoi roster import lab "$work/T92-again.csv"
reports after
same_reports before after "two years later"
is "$(query 'PRAGMA integrity_check')" ok "the store is sound"
tap_done
