#!/usr/bin/env bash
# The loop with the units, end to end: rosters of the trial, focal points, a
# test of their mail domains, letters opened and read, a list of corrections
# sent back as offices send it, the mended invited again, evidence, alerts.
# Everything goes into folders instead of a relay.
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
for need in python3 sqlite3 iconv; do
	command -v "$need" >/dev/null || skip_all "$need is not installed"
done
bin=$PWD/$build/bin/thumoi
trial=$PWD/tests/data/trial-2021

work=$(mktemp -d "${TMPDIR:-/tmp}/thumoi-letters.XXXXXX") || exit 1
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
letter_authority = TL. BỘ TRƯỞNG
letter_signer_title = Vụ trưởng
letter_signer = Nguyễn Văn Mẫu
dkim_selector = tm2021
operator_address = truc@moha.gov.example
alert_no_roster_days = 5
alert_zero_days = 7
X
export THUMOI_CONFIG=$work/thumoi.conf LC_ALL=C.UTF-8
unset THUMOI_DB
thumoi() { timeout 60 "$bin" --lang en "$@"; }
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

# --- three units of the trial
opens=$(date -u -d '-6 days' +%F) closes=$(date -u -d '+5 days' +%F)
ok "init" thumoi -q init --units "$trial/units.csv" --providers "$trial/providers.txt"
ok "campaign" thumoi -q campaign create lab --title 'Thử nghiệm Hệ thống' --opens "$opens" --closes "$closes" --tree units \
	--from 'Bộ Nội vụ <khaosat@moha.gov.example>' --dispatch 'Công văn số 4566/BNV-CCHC ngày 17 tháng 9 năm 2021'
ok "a form" thumoi -q instrument add lab survey --title 'Phiếu khảo sát' --url 'https://forms.test/?t={{token}}'
status "rosters of three units" 0 thumoi roster import lab "$trial"/rosters/T92*.csv "$trial"/rosters/T79*.csv "$trial"/rosters/T74*.csv

# --- sub-units
status "report coverage before anything is expected" 1 thumoi report coverage lab
has "$stderr" 'coverage import' "... says what to do"
status "coverage import" 0 thumoi coverage import "$trial/expected-units.csv" --campaign lab
is "$stdout" '2148 sub-units of 76 units should nominate somebody' "... how many"
is "$(thumoi report coverage lab --format csv | grep '^T\(92\|79\|74\),' | sed 's/^\([^,]*\),.*,\([^,]*\)$/\1 \2/' | sort)" \
	"$(sed -n 's/^\(T92\|T79\|T74\),.*,\([0-9]*\)$/\1 \2/p' "$trial/expected-units.csv" | sort)" "report coverage: every number of the three units"
has "$(thumoi report coverage lab)" 'Binh Duong Province' "... in words: who is missing"

# --- focal points
cat >"$work/dau-moi.csv" <<'X'
STT;Đơn vị;Họ và tên;Chức vụ;Thư điện tử;Điện thoại;Email quản trị thư
1;TP. Cần Thơ;Bà Lê Thị Đầu Mối;Phó Trưởng phòng;daumoi@cantho.gov.example;0100 123 456;
2;Thành phố Hồ Chí Minh;Trần Văn Mối;Chuyên viên;moi@tphcm.gov.example;0100 222;
3;Bình Dương;Phạm Phối Hợp;;phoihop@binhduong.gov.example;;quantri@binhduong.gov.example
X
status "focal import" 0 thumoi focal import "$work/dau-moi.csv" --campaign lab
status "focal import again" 0 thumoi focal import "$work/dau-moi.csv" --campaign lab
has "$stdout" '0 focal points added, 0 changed, 3 unchanged, 0 removed' "... changes nothing"
printf 'unit,name,email\nT92,Ai Đó,ai@gmail.con\n' >"$work/bad.csv"
status "a focal point with a slip" 1 thumoi focal import "$work/bad.csv" --campaign lab
has "$stderr" 'bad.csv line 2: ai@gmail.con' "... is told by line"
is "$(thumoi focal list --format csv | grep -c .)" 4 "focal list"

# --- before the wave: do they take our mail?
status "preflight --dry-run" 0 thumoi preflight lab --dry-run
ok "... sends nothing" test ! -e "$work/out"
status "preflight" 0 thumoi preflight lab
has "$stderr" '3 test messages' "... one a domain whose mailbox is known"
is "$(thumoi preflight list lab --format csv | grep -c ',yes,')" 3 "... they take it"
bounce "$(grep -l 'To: <phoihop@binhduong' "$work"/out/*.eml)" 5.7.1 'Access denied' >"$work/bounce-1.eml"
ok "one comes back" thumoi -q inbound feed "$work/bounce-1.eml"
status "preflight list" 1 thumoi preflight list lab
has "$(grep binhduong.gov "$work/stdout")" 'no ' "... that domain does not"
has "$(thumoi preflight list lab --format csv)" 'T74,Tỉnh Bình Dương,binhduong.gov.example,19,no,' "... with the reason, dated"
is "$(query 'SELECT count(*) FROM evidence')" 0 "... nobody who was nominated is blamed"

# --- the wave; Bình Dương refuses all, some mailboxes do not exist
rm -r "$work/out"
ok "a wave" thumoi -q wave create lab first --template invitation
ok "... goes out" thumoi -q wave run lab first
grep -l '^X-Envelope-To: <[^>]*@binhduong.gov.example' "$work"/out/*.eml | while read -r f; do
	bounce "$f" 5.7.1 'Recipient address rejected: Access denied' >"$work/back-${f##*/}"
done
n=0
for f in $(grep -l '^X-Envelope-To: <[^>]*@cantho.gov.example' "$work"/out/*.eml | head -n 2) \
	$(grep -l '^X-Envelope-To: <[^>]*@tphcm.gov.example' "$work"/out/*.eml | head -n 3); do
	bounce "$f" 5.1.1 'user unknown' >"$work/back-${f##*/}"
	n=$((n + 1))
done
is "$n" 5 "two bounces for Cần Thơ, three for Hồ Chí Minh"
ok "they are read" thumoi -q inbound feed "$work"/back-*.eml

# --- letters: who gets one, and what stands in them
status "letter --dry-run" 0 thumoi letter lab --all --kind fix --dry-run --format csv
is "$(cut -d, -f1 <<<"$stdout" | tail -n +2 | sort | tr '\n' ' ')" 'T74 T79 T92 ' "... the units that must correct something"
is "$(query 'SELECT count(*) FROM letter WHERE kind <> '\''preflight'\')" 0 "... nothing is sent"
status "letter without a unit" 2 thumoi letter lab
status "letter of a kind that there is not" 2 thumoi letter lab --all --kind joke
status "letter to a unit that there is not" 1 thumoi letter lab T00
status "letters into a folder" 0 thumoi letter lab T92 T79 --kind fix --number 4712 --output "$work/letters"
is "$(cd "$work/letters" && echo ./*)" './T79-fix.csv ./T79-fix.eml ./T79-fix.html ./T79-fix.xlsx ./T92-fix.csv ./T92-fix.eml ./T92-fix.html ./T92-fix.xlsx' \
	"... page, mail, list and workbook of each"
page=$(cat "$work/letters/T79-fix.html")
for part in 'CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM' 'Độc lập - Tự do - Hạnh phúc' 'Bộ Nội vụ' 'Vụ Cải cách hành chính' 'Số: 4712/BNV-CCHC' \
	'V/v ' 'Kính gửi: Ủy ban nhân dân thành phố Hồ Chí Minh' 'Nơi nhận:' 'Lưu: VT' 'TL. BỘ TRƯỞNG' 'Nguyễn Văn Mẫu' '@page{size:A4' \
	'Times New Roman' 'Công văn số 4566/BNV-CCHC' './.'; do
	has "$page" "$part" "the page has: $part"
done
day=$(TZ=Asia/Ho_Chi_Minh date +%-d) month=$(TZ=Asia/Ho_Chi_Minh date +%-m)
[ "$month" -gt 2 ] || month=0$month
has "$page" "Hà Nội, ngày $(printf %02d "$day") tháng $month năm $(TZ=Asia/Ho_Chi_Minh date +%Y)" "... the date as the decree wants it"
is "$(sed -n 's/.*cử có \([0-9]*\)\/\([0-9]*\) người.*/\1 \2/p' "$work/letters/T79-fix.html")" \
	"$(thumoi report people lab --unit T79 --format csv | awk -F, 'NR > 1 { all++; own += $(NF - 1) == "unit" } END { print own, all }')" \
	"... its numbers are those of the report"
ok "template check knows the letters" thumoi template check

# --- the workbook is opened
python3 "$here/sheet-to-csv.py" "$work/letters/T92-fix.xlsx" >"$work/book.csv"
is $? 0 "the workbook opens, without a formula"
is "$(grep -c '^TM' "$work/book.csv")" 2 "... two people stand in it"
ok "... their line is that of the unit's own file" python3 - "$work/book.csv" "$trial"/rosters/T92*.csv <<'X'
import csv, sys
lines = open(sys.argv[2], "rb").read().splitlines()
for row in csv.reader(open(sys.argv[1], encoding="utf-8")):
    if row and row[0].startswith("TM"):
        assert row[6].encode() in lines[int(row[2]) - 1].lower(), row
X
has "$(cat "$work/book.csv")" 'user unknown' "... what the server said"
not_ok_if "... and no token" grep -qF "$(query "SELECT c.token FROM contact c JOIN unit u ON u.id = c.unit WHERE u.code = 'T92' LIMIT 1")" "$work/book.csv"
ok "... cells are open where something is to be written, the rest is protected" python3 - "$work/letters/T92-fix.xlsx" <<'X'
import re, sys, zipfile
book = zipfile.ZipFile(sys.argv[1])
sheet = book.read("xl/worksheets/sheet1.xml").decode()
styles = book.read("xl/styles.xml").decode()
assert "<sheetProtection" in sheet and "<dataValidation" in sheet and 'locked="0"' in styles
assert not re.search("<f>", sheet)
X
has "$(head -n 1 "$work/letters/T92-fix.csv")" $'\xef\xbb\xbfMã tham chiếu' "the CSV has the mark by which Excel knows UTF-8"

# --- the list comes back: from the workbook, columns moved, a row deleted, semicolons, Windows-1258
before=$(query 'SELECT id, token FROM contact ORDER BY id')
python3 - "$here/sheet-to-csv.py" "$work/letters/T79-fix.xlsx" >"$work/T79-da-sua.utf8" <<'X'
import csv, io, subprocess, sys
text = subprocess.run([sys.executable, sys.argv[1], sys.argv[2]], check=True, capture_output=True).stdout.decode()
rows = list(csv.reader(io.StringIO(text)))
head = next(i for i, r in enumerate(rows) if r and r[0] == "Mã tham chiếu")
out = csv.writer(sys.stdout, delimiter=";", lineterminator="\r\n")
order = [10, 4, 5, 0, 7, 6, 9, 2]
del rows[head + 2]                              # one row less
for n, row in enumerate(rows[head:]):
    row = row + [""] * (11 - len(row))
    if n in (1, 2):
        row[10] = "sua%d@tphcm.gov.example" % n
    out.writerow([row[c] for c in order])
X
iconv -f UTF-8 -t CP1258 "$work/T79-da-sua.utf8" >"$work/T79-da-sua.csv"
status "roster import of the corrected list" 0 thumoi roster import lab "$work/T79-da-sua.csv"
has "$stdout" 'a list of corrections:' "... is known as one"
has "$stdout" '2 addresses mended' "... two were mended"
is "$(query 'SELECT id, token FROM contact ORDER BY id')" "$before" "... everybody keeps the token, nobody is new"
is "$(query 'SELECT count(*) FROM contact WHERE missing_since IS NOT NULL')" 0 "... nobody is missing"
is "$(query "SELECT count(*) FROM address WHERE email LIKE 'sua%@tphcm.gov.example'")" 2 "... with the new addresses"
# UTF-16 with tabs, as Excel's "Unicode text"
sed $'s/^\xef\xbb\xbf//; s/\r$//; 2s/$/moi.cantho@cantho.gov.example/' "$work/letters/T92-fix.csv" |
	python3 -c 'import csv, sys; w = csv.writer(sys.stdout, delimiter="\t", lineterminator="\r\n"); w.writerows(csv.reader(sys.stdin))' |
	iconv -f UTF-8 -t UTF-16 >"$work/T92-unicode.csv"
status "... the same as Unicode text" 0 thumoi roster import lab "$work/T92-unicode.csv"
has "$stdout" '1 addresses mended, 1 left as they were' "... one mended, one left"

# --- only the mended are invited again
ok "a wave for the mended" thumoi -q wave create lab mended --template invitation --audience mended=yes
ok "... goes out" thumoi -q wave run lab mended --relay "dir:$work/again"
is "$(sed -n 's/^X-Envelope-To: <\(.*\)>\r*$/\1/p' "$work"/again/*.eml | sort | tr '\n' ' ')" \
	'moi.cantho@cantho.gov.example sua1@tphcm.gov.example sua2@tphcm.gov.example ' "... to three mailboxes"
ok "... and to nobody the second time" eval "thumoi -q wave create lab mended-2 --template invitation --audience mended=yes &&
	thumoi -q wave run lab mended-2 --relay 'dir:$work/none' && [ -z \"\$(ls -A '$work/none')\" ]"
token=$(query "SELECT c.token FROM contact c JOIN address a ON a.contact = c.id WHERE a.email = 'sua1@tphcm.gov.example'")
sleep 1
printf 'token,instrument,answered_at\n%s,survey,%s\n' "$token" "$(date -u +%FT%TZ)" >"$work/answers.csv"
ok "one of them answers" thumoi -q answers import lab "$work/answers.csv"
for what in participation causes; do
	has "$(thumoi report "$what" lab)" \
		'Units mended the addresses of 3 officials; 3 of them were written to at the new address, and 1 have answered since.' \
		"report $what: what corrections won"
done
has "$(thumoi --json report causes lab | tr -d ' \n')" '"corrections":{"mended":3,"invited":3,"accepted":3,"answered":1}' "... for programs"
ok "... and the report reconciles" thumoi report causes lab
has "$(thumoi person show "$token")" 'T79-da-sua.csv' "person show: the history stays"

# --- Bình Dương refuses: letter and evidence
status "letter --kind refusal --send" 0 thumoi letter lab --all --kind refusal --number 99/BNV-VP --output "$work/letters" --send --relay "dir:$work/sent"
is "$(cd "$work/letters" && echo ./*binhduong* ./T74*)" \
	'./binhduong.gov.example.en.txt ./binhduong.gov.example.vi.txt ./T74-refusal.eml ./T74-refusal.html' "... letter, mail, evidence in two languages"
has "$(cat "$work/letters/T74-refusal.html")" 'binhduong.gov.example: 19/19 người' "... how many of how many"
has "$(cat "$work/letters/T74-refusal.html")" 'Số: 99/BNV-VP' "... the number that was given"
is "$(sed -n 's/^X-Envelope-To: <\(.*\)>\r*$/\1/p' "$work"/sent/*.eml)" quantri@binhduong.gov.example "... to the mail administrator"
ok "... its files are whole" python3 - "$work"/sent/*.eml <<'X'
import email, email.policy, sys
with open(sys.argv[1], "rb") as f:
    m = email.message_from_binary_file(f, policy=email.policy.default)
names = [p.get_filename() for p in m.iter_attachments()]
assert names == ["binhduong.gov.example.vi.txt", "binhduong.gov.example.en.txt"], names
text = [p.get_content() for p in m.iter_attachments()][1]
assert "for 19 of 19 people" in text and "tm2021._domainkey.moha.gov.example" in text
assert "bounce+…@moha.gov.example" in text and "@binhduong.gov.example" not in text, text
X
status "the same wave again" 0 thumoi letter lab --all --kind refusal --send --relay "dir:$work/sent"
is "$(find "$work/sent" -name '*.eml' | wc -l)" 1 "... writes to nobody twice"
bounce "$work"/sent/000001.eml 5.1.1 'no such mailbox' >"$work/bounce-2.eml"
evidence=$(query 'SELECT count(*) FROM evidence')
ok "the letter bounces" thumoi -q inbound feed "$work/bounce-2.eml"
has "$(thumoi letter list lab --format csv | grep ',T74,99/BNV-VP,')" ',accepted,1,' "letter list: what was sent"
has "$(thumoi letter list lab --format csv | grep ',T74,99/BNV-VP,')" ',dsn,unknown-user,' "... and what came of it"
is "$(query 'SELECT count(*) FROM evidence')" "$evidence" "... nobody who was nominated is blamed"
status "pack" 0 thumoi pack lab binhduong.gov.example
has "$stdout" 'for 19 of 19 people to whom mail was sent' "... the evidence alone"
status "pack --all" 0 thumoi pack lab --all --output "$work/packs"
is "$(cd "$work/packs" && echo ./*)" './binhduong.gov.example.en.txt ./binhduong.gov.example.vi.txt' "... of each domain, in two languages"
status "pack of a domain that refuses nothing" 1 thumoi pack lab cantho.gov.example

# --- alerts, days before the deadline
status "alerts" 1 thumoi alerts lab --format csv
is "$(cut -d, -f1 <<<"$stdout" | sort | uniq -c | tr -s ' ' | tr '\n' ';')" \
	" 1 kind; 79 no_roster; 2 zero;" "... 79 units without a roster, two at zero"
has "$stdout" 'zero,T74,25,' "... one of them Bình Dương"
status "alerts --notify" 1 thumoi alerts lab --notify --relay "dir:$work/alerts"
has "$stderr" '81 alerts mailed to truc@moha.gov.example' "... the operator gets a mail"
status "alerts --notify again" 1 thumoi alerts lab --notify --relay "dir:$work/alerts"
is "$(find "$work/alerts" -name '*.eml' | wc -l)" 1 "... once"
has "$(thumoi report causes lab)" 'ALERT, days left: ' "... and they stand in the report"
status "alerts are JSON too" 1 thumoi --json alerts lab
ok "... which is well-formed" python3 -m json.tool "$work/stdout"

# --- a relay that is not there: the letter waits for the next run
status "letter --send without a relay" 1 thumoi letter lab T92 --send --relay smtp://127.0.0.1:1
has "$stderr" '127.0.0.1:1' "... the relay is named"
has "$(thumoi letter list lab --format csv | grep ',T92,')" ',planned,0,' "... nothing is lost"
ok "dispatch --once takes it along" thumoi -q dispatch --once --relay "dir:$work/late"
is "$(find "$work/late" -name '*.eml' | wc -l)" 1 "... and it goes out"
status "another one" 1 thumoi letter lab T79 --send --relay smtp://127.0.0.1:1
THUMOI_RELAY=dir:$work/daemon timeout 60 "$PWD/$build/bin/thumoid" --no-web --no-inbound 2>"$work/thumoid.log" &
daemon=$!
for _ in $(seq 100); do [ -n "$(find "$work/daemon" -name '*.eml' 2>/dev/null)" ] && break; sleep 0.1; done
kill "$daemon"
wait "$daemon"
is "$(sed -n 's/^X-Envelope-To: <\(.*\)>\r*$/\1/p' "$work"/daemon/*.eml)" moi@tphcm.gov.example "thumoid sends it, too"
tap_done
