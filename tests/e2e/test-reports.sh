#!/usr/bin/env bash
# Reports in every form: do CSV, JSON, workbook and page say the same, the command line and the desk, and what does
# SQL on the store say (check-reports.py)? What leaves the house: nobody named, nothing small.
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
for need in curl python3 sqlite3; do
	command -v "$need" >/dev/null || skip_all "$need is not installed"
done

desk_begin
desk_conf 'log_level = info'
desk_store
desk_start --no-inbound || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
ok "reports come back, people answer" desk_what_came_back
ok "a unit corrects addresses" desk_corrections

# Somebody with a name that would run in a spreadsheet.
odd_name() {
	printf 'Họ và tên,Thư điện tử\n"=cmd|'"'"' /C calc'"'"'!A0",odd@cantho.gov.example\n' >"$work/T92-odd.csv"
	thumoi -q roster import desk "$work/T92-odd.csv" --unit T92 --adds
}
ok "a name that looks like a formula" odd_name

# The days of a campaign, as if they had passed: when messages were taken and forms answered, and what a relay may say.
days() {
	query "
		UPDATE wave SET begun_at = (SELECT opens_at FROM campaign WHERE key = 'desk') + 100000 WHERE name = 'invitation';
		UPDATE wave SET begun_at = (SELECT opens_at FROM campaign WHERE key = 'desk') + 300000 WHERE name = 'reminder';
		UPDATE attempt SET at = (SELECT opens_at FROM campaign WHERE key = 'desk') + 100000 + invite % 900, duration_ms = 80 + invite * 7 % 3000;
		UPDATE invite SET moved_at = (SELECT opens_at FROM campaign WHERE key = 'desk') + 100000 + id % 900;
		INSERT INTO attempt (invite, n, at, relay, command, code, enhanced, text, duration_ms, verdict, category)
		SELECT invite, 2, at + 600 + invite % 5000, relay, 'DOT', 250, '2.0.0', 'ok', 120, 'accepted', '' FROM attempt
		 WHERE n = 1 AND invite % 7 = 0 AND (SELECT attempts FROM invite i WHERE i.id = invite) = 1;
		UPDATE attempt SET verdict = 'deferred', category = 'rate-limited', code = 451 WHERE n = 1 AND invite % 7 = 0;
		UPDATE invite SET attempts = 2 WHERE id % 7 = 0 AND attempts = 1;
		UPDATE invite SET state = 'refused' WHERE id % 41 = 1; UPDATE attempt SET category = 'policy', verdict = 'refused' WHERE invite % 41 = 1;
		UPDATE invite SET state = 'deferred' WHERE id % 97 = 2; UPDATE attempt SET category = 'network', verdict = 'deferred' WHERE invite % 97 = 2;
		UPDATE invite SET state = 'expired' WHERE id % 89 = 3; UPDATE attempt SET category = 'mailbox-full', verdict = 'deferred' WHERE invite % 89 = 3;
		UPDATE invite SET state = 'uncertain' WHERE id % 211 = 4;
		UPDATE answer SET first_at = (SELECT opens_at FROM campaign WHERE key = 'desk') + 90000 + contact * 7919 % 400000;
		UPDATE answer SET last_at = first_at;"
}
ok "the days of a campaign" days
ok "sub-units are expected" thumoi -q coverage import "$trial/expected-units.csv" --campaign desk

# An older campaign's successor, under the provinces of 2025.
successor() {
	local code
	thumoi -q init --units config/units/vn-2021.csv &&
	thumoi -q campaign create y2025 --title 'Khảo sát sau sắp xếp' --opens "$(date -u -d '-5 days' +%F)" --closes "$(date -u -d '+9 days' +%F)" \
		--tree vn-2025 --from 'Bộ Nội vụ <khaosat@moha.gov.example>' &&
	thumoi -q instrument add y2025 survey --title 'Phiếu khảo sát' --url 'https://forms.test/s?t={{token}}' || return 1
	for code in N01 N79 N92; do
		awk -v code="$code" 'BEGIN { print "Họ và tên,Thư điện tử"; for (i = 10; i < 40; i++)
			printf "Nguyễn Văn %c%c,n%d@%s.example\n", 65 + i / 8, 97 + i % 8, i, tolower(code) }' >"$work/$code-2025.csv"
	done
	thumoi -q roster import y2025 "$work"/N*-2025.csv || return 1
	query "INSERT INTO answer (contact, instrument, first_at, last_at, source) SELECT c.id, i.id, k.opens_at + 7200, k.opens_at + 7200, 'import'
		FROM contact c JOIN campaign k ON k.id = c.campaign JOIN instrument i ON i.campaign = k.id WHERE k.key = 'y2025' AND c.id % 3 > 0"
}
ok "another campaign, under the 34 provinces" successor

# --- all forms
forms=$work/forms
mkdir "$forms"
away() { desk_status GET "$1" administrator >"$work/status" && [ "$(cat "$work/status")" = 200 ] && cp "$work/answer" "$2"; }
written() {
	local name=$1 form
	shift
	for form in csv json html xlsx; do
		thumoi --lang vi report "$@" --format "$form" -o "$forms/$name.$form" || return 1
		[ -s "$forms/$name.$form" ] || return 1
	done
}
for name in participation causes delivery response placement coverage; do
	ok "report $name, as CSV, JSON, HTML and XLSX" written "$name" "$name" desk
	ok "... from the desk" away "/c/desk/reports/$name.csv?lang=vi" "$forms/$name.desk.csv"
	ok "... and as a workbook" away "/c/desk/reports/$name.xlsx?lang=vi" "$forms/$name.desk.xlsx"
done
ok "report comparison" written comparison comparison y2025 desk
ok "... from the desk" away "/c/y2025/reports/comparison.csv?with=desk&lang=vi" "$forms/comparison.desk.csv"
ok "... and as a workbook" away "/c/y2025/reports/comparison.xlsx?with=desk&lang=vi" "$forms/comparison.desk.xlsx"
ok "report participation --public" written outside participation desk --public
ok "... from the desk" away "/c/desk/reports/outside.csv?lang=vi" "$forms/outside.desk.csv"
ok "... and as a workbook" away "/c/desk/reports/outside.xlsx?lang=vi" "$forms/outside.desk.xlsx"
ok "report unit" written unit unit desk T92
for table in domain unit reason; do
	ok "report delivery --by $table" thumoi --lang vi report delivery desk --by "$table" --format csv -o "$forms/delivery-$table.csv"
done
ok "report response --by wave" thumoi --lang vi report response desk --by wave --format csv -o "$forms/response-wave.csv"
ok "report coverage --by unit" thumoi --lang vi report coverage desk --by unit --format csv -o "$forms/coverage-unit.csv"
ok "people as a workbook" thumoi --lang vi report people desk --format xlsx -o "$forms/people.xlsx"
ok "... and from the desk, for Excel" away "/c/desk/reports/people.csv?lang=vi" "$forms/people.desk.csv"
ok "the page of participation" away "/c/desk/reports/participation?lang=vi" "$forms/participation.page.html"

python3 tests/e2e/check-reports.py "$forms" "$work/thumoi.db" desk y2025 >"$work/check" 2>&1
[ $? -le 1 ] || tap_line not_ok "the check came to its end"
while IFS= read -r line; do
	case $line in
	'ok '*) tap_line ok "${line#ok }" ;;
	'not ok '*) tap_line not_ok "${line#not ok }" ;;
	*) echo "#   ${line#\# }" ;;
	esac
done <"$work/check"
ok "it was a whole check" test "$(grep -c '^ok ' "$work/check")" -ge 50

# --- what cannot be asked
status() {
	thumoi "${@:3}" >/dev/null 2>&1
	is $? "$2" "$1"
}
status "one campaign alone is no comparison" 2 report comparison desk
status "a workbook has all tables: --by is for one" 2 report delivery desk --by domain --format xlsx
status "--public comes in one form" 2 report causes desk --public --by domain
status "there is no unit T00" 1 report unit desk T00
status "an unknown table" 2 report delivery desk --by weather
is "$(desk_status GET /c/desk/reports/comparison?with=nothing administrator)" 404 "no campaign of that name to compare with"
is "$(desk_status GET /c/desk/reports/delivery-weather.csv administrator)" 404 "no table of that name"

# --- flat memory: a thousand times the people would take no more. The journal of tmp files must not stay either.
before=$(find "${TMPDIR:-/tmp}" -maxdepth 1 -name 'thumoi-report-*' -newer "$work/people" 2>/dev/null | wc -l)
ok "a workbook to standard output" sh -c "'$bin' report people desk --format xlsx >'$work/stdout.xlsx' && python3 -m zipfile -t '$work/stdout.xlsx'"
is "$(find "${TMPDIR:-/tmp}" -maxdepth 1 -name 'thumoi-report-*' -newer "$work/people" 2>/dev/null | wc -l)" "$before" "... leaves nothing behind"
is "$(grep -cE '@|status=5|level=error| error ' "$work/log")" 0 "the log has no address, no error, no 5xx"
tap_done
