#!/usr/bin/env bash
# The command line as scripts and cron see it: exit codes, --help, --json, and
# what happens with bad input. Drives the real binary, no network but loopback.
# shellcheck disable=SC2317 # traps and ok call functions by name
set -u
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.." || exit 1
# shellcheck source=tests/e2e/tap.sh
. "$here/tap.sh"
build=${BUILD:-build}
make -s BUILD="$build" all postoffice >/dev/null || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
bin=$PWD/$build/bin/thumoi
daemon=$PWD/$build/bin/thumoid
root=$PWD

work=$(mktemp -d "${TMPDIR:-/tmp}/thumoi-cli.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
chmod 755 "$work"
cat >"$work/thumoi.conf" <<X
store = $work/thumoi.db
secret_file = $work/secret.key
relay = dir:$work/out
public_url = https://survey.test
bounce_address = bounce@survey.test
X
export THUMOI_CONFIG=$work/thumoi.conf LC_ALL=C.UTF-8
unset THUMOI_DB
thumoi() { timeout 60 "$bin" --lang en "$@"; }

# status LABEL WANTED COMMAND...: the exit status; stdout and stderr in $stdout, $stderr.
status() {
	local label=$1 want=$2
	shift 2
	"$@" >"$work/stdout" 2>"$work/stderr"
	is $? "$want" "$label"
	stdout=$(tr -d '\0' <"$work/stdout")
	stderr=$(tr -d '\0' <"$work/stderr")
}
stdout='' stderr=''
is_json() { python3 -m json.tool >/dev/null; }
json() {
	local label=$1
	shift
	ok "$label prints JSON" eval "thumoi --json $* | is_json"
}

# --- help and usage
commands='init:campaign create:campaign apply:campaign list:campaign show:instrument add:roster import:roster check:roster rows:wave create:wave run
wave status:wave preview:wave log:cron:wave pause:wave resume:dispatch:inbound feed:inbound fetch:inbound log:inbound mailboxes:inbound reclassify:rules test:rules list:rules explain:rules meanings:rules teach:rules own:rules forget:answers import:report participation:report causes:report people:report delivery:report response:report placement:report comparison:report unit
person show:person export:person correct:person note:person resend:person erase:retention show:retention run:debug classify:debug csv:debug mx:config check:config show:template check:template preview:serve:backup
user add:user list:user passwd:user role:user disable:user enable:user logout:user second-off:apikey create:apikey list:apikey revoke:audit list:audit verify:webhook add:webhook list:webhook remove:webhook test:webhook run:webhook events
survey link:survey list:survey sync:survey unlink:focal import:focal list:coverage import:report coverage:preflight:preflight list:letter:letter list:pack:alerts'
while IFS= read -r command; do
	# shellcheck disable=SC2086 # two words
	status "$command --help" 0 thumoi $command --help
	has "$stdout" usage: "... tells the usage"
done < <(tr : '\n' <<<"$commands")
status "thumoid --help" 0 timeout 10 "$daemon" --help
status "--help" 0 thumoi --help
status "no command" 2 thumoi
status "an unknown command" 2 thumoi rooster
has "$stderr" rooster "... is named"
ok "help in Vietnamese" eval "timeout 10 '$bin' --lang vi roster import --help | grep -q 'cách dùng'"
{ sleep 0.3; thumoi template variables; } 2>"$work/stderr" | true
is "$(cat "$work/stderr")" "" "a reader who has enough (| head) is no fault to speak of"
status "an unknown language" 2 timeout 10 "$bin" --lang de config show

# --- the manuals name every option of every command
missing=
for word in $(thumoi --help | sed -n 's/^  \([a-z]*\)  .*/\1/p'); do
	for line in "$word" $(thumoi "$word" --help | sed -n '2,$s/^  \([a-z]*\)  .*/\1/p' | sed "s/^/$word:/"); do
		# shellcheck disable=SC2086 # two words
		for option in $(thumoi ${line/:/ } --help | sed -n 's/^  --\([a-z-]*\) .*/\1/p'); do
			[ "$word" = serve ] && manual=thumoid.8 || manual=thumoi.1
			awk -v first="$word ${line#*:}" -v word="$word" -v option="$option" '
				/^\.It Cm / { in_it = index($0, " " word) }
				/^\.Nm/ { in_it = 1 }
				in_it && index($0 " ", "Fl -" option " ") { found = 1 }
				END { exit !found }' "docs/$manual" ||
				grep -q "^\.It Fl -$option" "docs/$manual" || missing="$missing ${line/:/ } --$option;"
		done
	done
done
is "$missing" "" "every option stands in the manual, under its command"

# --- before init
status "init with a slip of the pen" 2 thumoi init --no-such-option
status "no store yet" 1 thumoi campaign list
has "$stderr" "$work/thumoi.db" "... names the store that is missing"
has "$stderr" init "... and says what to do"
ok "reading makes no store" test ! -e "$work/thumoi.db"

# --- a small campaign
status "init" 0 thumoi init
status "init again is fine" 0 thumoi init
while IFS= read -r command; do
	# shellcheck disable=SC2086
	status "$command --no-such-option" 2 thumoi $command --no-such-option
	is "$stdout" '' "... with nothing on stdout"
done < <(tr : '\n' <<<"$commands")
status "init with a directory of our own" 0 thumoi init --units tests/data/trial-2021/units.csv
today=$(date -u +%F)
later=$(date -u -d '+20 days' +%F)
new_campaign() { thumoi campaign create "$1" --title 'Khảo sát' --opens "$today" --closes "$later" --tree units --from 'Bộ Nội vụ <khaosat@survey.test>'; }
status "campaign create" 0 new_campaign lab
status "the same campaign twice" 1 new_campaign lab
has "$stderr" lab "... is named"
status "closing before opening" 1 thumoi campaign create x --title T --opens "$later" --closes "$today" --from a@survey.test
status "a date that is none" 1 thumoi campaign create x --title T --opens 31/2/2026 --closes "$later" --from a@survey.test
has "$stderr" 31/2/2026 "... is shown"
status "a directory that is not in force any more" 1 thumoi campaign create x --title T --opens 2035-01-01 --closes 2035-02-01 \
	--tree vn-2021 --from a@survey.test
has "$stderr" vn-2021 "... is named"
status "an unknown campaign" 1 thumoi report participation laboratory
has "$stderr" lab "... and which there are"
status "instrument add" 0 thumoi instrument add lab survey --title Phiếu --url 'https://forms.test/s?token={{token}}'
status "another" 0 thumoi instrument add lab feedback --title Phiếu --url 'https://forms.test/f?token={{token}}'

roster() { printf 'STT,Họ và tên,Đơn vị,Email\n' && printf '%s\n' "$@"; }
roster '1,Lê Văn Huy,Sở Nội vụ,an@cantho.gov.test' '2,Trần Thị Bình,Sở Tư pháp,binh@cantho.gov.test' \
	'3,Lê Cường,Sở Y tế,' >"$work/T92-can-tho.csv"
status "roster import --dry-run" 0 thumoi roster import lab "$work/T92-can-tho.csv" --dry-run
is "$(thumoi roster rows lab --format csv | wc -l)" 1 "... stores nothing"
status "roster import" 0 thumoi roster import lab "$work/T92-can-tho.csv"
is "$(thumoi roster rows lab --format csv | head -n 1)" \
	'file,line,seq,unit,name,email,alternate_email,disposition,reason,warnings,suggestion' "roster rows: the columns of the contract"
is "$(thumoi roster rows lab --format csv | sed -n 2p)" 'T92-can-tho.csv,2,1,T92,Lê Văn Huy,an@cantho.gov.test,,accept,clean,,' \
	"roster rows: a row"
is "$(thumoi roster rows lab --format csv | sed -n 4p)" 'T92-can-tho.csv,4,3,T92,Lê Cường,,,reject,missing_email,,' \
	"roster rows: a row to mend"

# --- what can be wrong with a roster: exit 1, the file is named, nothing is stored
before=$(thumoi roster rows lab --format csv)
bad_roster() { # LABEL FILE [PART OF THE MESSAGE]
	status "roster: $1" 1 thumoi roster import lab "$2" --unit T92
	has "$stderr" "${2##*/}" "... the file is named"
	[ $# -lt 3 ] || has "$stderr" "$3" "... and why"
}
bad_roster "not there" "$work/T92-nowhere.csv" "no such file"
mkdir "$work/T92-folder.csv"
bad_roster "a folder" "$work/T92-folder.csv"
: >"$work/T92-empty.csv"
bad_roster "empty" "$work/T92-empty.csv" empty
head -c 200000 /dev/urandom >"$work/T92-binary.csv"
bad_roster "binary" "$work/T92-binary.csv"
printf 'PK\003\004%s' "$(head -c 5000 /dev/zero | tr '\0' x)" >"$work/T92-sheet.csv"
bad_roster "a spreadsheet file, not CSV" "$work/T92-sheet.csv"
printf 'một,hai,ba\n1,2,3\n4,5,6\n' >"$work/T92-headless.csv"
bad_roster "no header" "$work/T92-headless.csv" header
head -c 200000000 /dev/zero | tr '\0' a >"$work/T92-long.csv"
started=$SECONDS
bad_roster "one line of 200 MB" "$work/T92-long.csv"
ok "... is refused within seconds" test $((SECONDS - started)) -lt 20
rm "$work/T92-long.csv"
cp "$work/T92-can-tho.csv" "$work/can-tho.csv"
status "roster: no unit in the file name" 1 thumoi roster import lab "$work/can-tho.csv"
has "$stderr" --unit "... says how to name it"
status "roster: an unknown unit" 1 thumoi roster import lab "$work/can-tho.csv" --unit T93x
has "$stderr" T93 "... names it, and the nearest"
is "$(thumoi roster rows lab --format csv)" "$before" "none of them changed anything"

roster '1,Phạm Dũng,Sở X,' '2,Vũ Em,Sở Y,không có' '3,Đỗ Giang,Sở Z,giang@' >"$work/T89-all-bad.csv"
status "roster: all rows bad is a normal case" 0 thumoi roster import lab "$work/T89-all-bad.csv"
is "$(thumoi roster rows lab --format csv | grep -c '^T89-all-bad.csv,.*,reject,')" 3 "... every row is kept, with its reason"

# --- templates
ok "template check" thumoi template check
cp -R "$root/templates" "$root/config" "$work/" 2>/dev/null
printf 'Subject: x\n\n{{nmae}}\n' >"$work/templates/invitation.vi.txt"
status "a template with an unknown variable" 1 env THUMOI_DATA="$work" timeout 10 "$bin" --lang en template check
has "$stdout$stderr" nmae "... the variable is named"
printf 'Subject: x\n\n{{#name}} never closed\n' >"$work/templates/invitation.vi.txt"
status "a template with a syntax error" 1 env THUMOI_DATA="$work" timeout 10 "$bin" --lang en template check
has "$stdout$stderr" invitation.vi.txt "... the file is named"
status "wave create" 0 thumoi wave create lab invitation --template invitation
status "a wave with a broken template" 1 env THUMOI_DATA="$work" timeout 10 "$bin" --lang en wave run lab invitation --no-wait
ok "... sends nothing" test ! -e "$work/out" -o -z "$(ls -A "$work/out" 2>/dev/null)"
status "template preview" 0 thumoi template preview lab invitation --to an@cantho.gov.test
has "$stdout" 'To:' "... shows the message"

# --- a relay that is not there: clear, and nothing is lost
read -r port <<<"$("$build/tests/postoffice" ports 1)"
status "relay not reachable" 1 thumoi wave run lab invitation --relay "smtp://127.0.0.1:$port" --no-wait
has "$stderr" "127.0.0.1:$port" "... the relay is named"
status "a password in a relay URL" 1 thumoi wave run lab invitation --relay smtp://u:secret@127.0.0.1:25 --no-wait
not_ok_if "... and is not repeated" grep -q secret <<<"$stderr"
status "wave status" 0 thumoi wave status lab
has "$stdout" 'due  per min  left  next due' "... tells what is due, how fast it goes, how long it takes"
is "$(thumoi wave status lab --format csv)" \
"campaign,wave,state,planned,sending,accepted,deferred,refused,uncertain,expired,cancelled,due,per_minute,left_s,next_due_at,resting,\
stopped,stop_reason
lab,invitation,running,2,0,0,0,0,0,0,0,2,,,,0,," "wave status: its columns"
is "$(thumoi wave status lab --domains 5 --format csv)" "campaign,wave,domain,open,accepted,deferred,refused,resting_until,stopped
lab,invitation,cantho.gov.test,2,0,0,0,," "... or the mail domains"
has "$(thumoi wave status lab --domains 5)" "lab       invitation  cantho.gov.test     2" "... or both"
json "wave status by domain" wave status lab --domains 5
status "wave status --domains that is none" 2 thumoi wave status lab --domains -3
status "wave status in a form that it does not have" 2 thumoi wave status lab --format html

# --- a wave is watched until it is done
started=$SECONDS
thumoi wave status lab --watch >"$work/watched" 2>"$work/stderr" &
watcher=$!
looks() { grep -c '^campaign .* state ' "$work/watched"; }
for _ in $(seq 100); do [ "$(looks)" -ge 3 ] && break; sleep 0.1; done
ok "watching shows the wave again and again" test "$(looks)" -ge 3
ok "... but not more than once a second" test "$(looks)" -le $((SECONDS - started + 1))
thumoi wave run lab invitation --relay "dir:$work/out-lab" >/dev/null 2>&1
wait "$watcher"
is $? 0 "... and ends by itself when the wave is done"
has "$(tail -n 5 "$work/watched")" "lab       invitation  done         0        0         2" "... which is the last it shows"
not_ok_if "... without escape codes, when nobody sees it" grep -q $'\033' "$work/watched"
is "$(cat "$work/stderr")" "" "... and without a word"
status "watching when no wave runs" 0 thumoi wave status lab --watch
has "$stderr" "no wave is running" "... says so and ends"
# shellcheck disable=SC2016 # the inner shell expands
has "$(bin=$bin script -qec '"$bin" --lang en wave status lab --watch' /dev/null </dev/null)" $'\033[2J\033[H' \
	"on a terminal it is drawn in place"

# --- a new campaign straight to a folder
status "campaign two" 0 new_campaign two
thumoi instrument add two survey --title Phiếu --url 'https://forms.test/s?token={{token}}'
thumoi roster import two "$work/T92-can-tho.csv" >/dev/null 2>&1
thumoi wave create two invitation --template invitation 2>/dev/null
status "wave run to a folder" 0 thumoi wave run two invitation
is "$(find "$work/out" -name '*.eml' | wc -l)" 2 "... one file a message"
status "the same wave again" 0 thumoi wave run two invitation
is "$(find "$work/out" -name '*.eml' | wc -l)" 2 "... sends nothing twice"

# --- pause and resume
thumoi wave create two later --template reminder 2>/dev/null
status "wave pause" 0 thumoi wave pause two later
status "wave run of a paused wave" 1 thumoi wave run two later --no-wait
has "$stderr" 'paused by the operator' "... says why"
has "$stderr" 'thumoi wave resume two later' "... and how to go on"
status "wave pause again" 1 thumoi wave pause two later
status "wave status of a paused wave" 0 thumoi wave status two
has "$stdout" 'paused by the operator' "... says why"
has "$(thumoi wave status two --format csv)" ',0,wave,' "... in a table"
has "$(thumoi --json wave status two)" '"stopped":"wave","stop_reason":"' "... and for programs"
status "wave resume of a domain that goes" 1 thumoi wave resume two later --domain x.test
status "wave resume" 0 thumoi wave resume two later
status "wave resume again" 1 thumoi wave resume two later
status "wave pause of a wave that is done" 1 thumoi wave pause two invitation

# --- JSON everywhere
json "campaign list" campaign list
json "campaign show" campaign show two
json "roster rows" roster rows two
json "wave status" wave status two
json "report participation" report participation two
json "report causes" report causes two
json "report people" report people two
json "person show" person show an@cantho.gov.test
not_ok_if "... a clean row says nothing of itself" eval "thumoi person show an@cantho.gov.test | grep -q '^    clean'"

# --- the CSV of the reports
is "$(thumoi report participation two --format csv | head -n 1)" \
	'unit,kind,name,roster,nominated,mailable,invited,accepted,survey,took_part,no_survey,class' "report participation: its columns"
has "$(thumoi report participation two --format csv | tail -n 1)" TOTAL "... the last line is the total"
is "$(thumoi report causes two --format csv | head -n 1)" unit,cause,owner,grade,people "report causes: its columns"
ok "report causes reconciles" thumoi report causes two

# --- what comes back: nonsense is no crash and no evidence
mkdir "$work/in"
head -c 5000 /dev/urandom >"$work/in/random.eml"
printf 'From: <>\nContent-Type: multipart/report; report-type=delivery-status; boundary="x"\n\n--x\n' >"$work/in/cut-off.eml"
printf 'Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822;\nAction: exploded\nStatus: 9.9.9\n' >"$work/in/odd.eml"
printf 'To: bounce+00000000000000000000@survey.test\nSubject: forged\n\n550 5.1.1 an@cantho.gov.test unknown\n' >"$work/in/forged.eml"
: >"$work/in/empty.eml"
status "inbound feed: malformed reports" 0 thumoi inbound feed "$work/in"
is "$(thumoi report people two --format csv | grep -c bad_user)" 0 "... blame nobody"
status "inbound feed: no such file" 1 thumoi inbound feed "$work/nowhere"
status "inbound fetch without a mailbox" 1 thumoi inbound fetch
has "$stderr" inbound_url "... names the setting"
status "inbound mailboxes: none yet" 0 thumoi inbound mailboxes
json "inbound mailboxes" inbound mailboxes
status "inbound reclassify" 0 thumoi inbound reclassify two --dry-run
has "$stderr" "rows would change" "... says what it would do"
status "inbound reclassify by other rules, in earnest" 2 thumoi inbound reclassify --rules config/rules
status "inbound reclassify of an unknown campaign" 1 thumoi inbound reclassify three
status "inbound log: no such file" 1 thumoi inbound log "$work/nowhere.log"
has "$stderr" nowhere.log "... is named"
status "inbound log: standard input cannot be followed" 2 thumoi inbound log --follow -
printf 'nonsense\n' >"$work/mail.log"
status "inbound log: nonsense" 0 thumoi inbound log "$work/mail.log"
status "inbound log: from standard input" 0 thumoi inbound log - <"$work/mail.log"
status "inbound log: a date that is none" 1 thumoi inbound log "$work/mail.log" --since yesterday

# --- the rules
status "rules test: the shipped examples hold" 0 thumoi rules test
has "$stdout" ".rules:" "... and each names its rule"
printf '550 5.1.1 user unknown\tpolicy\t0\n550 5.1.1 user unknown\tunknown-user\t1\n' >"$work/examples.tsv"
status "rules test: an example that differs" 1 thumoi rules test "$work/examples.tsv"
has "$stdout" differs "... is shown"
has "$stderr" "2 examples, 1 differ" "... and counted"
printf 'no tab\n' >"$work/examples.tsv"
status "rules test: a line that is no example" 1 thumoi rules test "$work/examples.tsv"
has "$stderr" "line 1" "... is named"
status "rules test --text" 0 thumoi rules test --text '550 5.1.1 user unknown'
has "$stdout" unknown-user "... says what it means"
status "rules explain" 0 thumoi rules explain '450 4.7.1 Greylisted' '552 5.2.2 mailbox full'
has "$stdout" mailbox-full "... each of them"
status "rules list" 0 thumoi rules list --category moved
json "rules list" rules list
status "rules list: no such category" 2 thumoi rules list --category lost
printf 'token,instrument,answered_at\nAAAAAAAAAAAAAAAAAAAAAA,survey,%s\n' "$today" >"$work/answers.csv"
status "answers of a stranger" 1 thumoi answers import two "$work/answers.csv"
printf 'not,the,columns\n1,2,3\n' >"$work/answers.csv"
status "answers without the columns" 1 thumoi answers import two "$work/answers.csv"

# --- settings
status "a relay that is no URL" 1 env THUMOI_RELAY=mail.example "$bin" --lang en config check
has "$stderr" "relay = mail.example" "... is named"
# Several relays: the file is checked, and used unless one is named.
cat >"$work/relays.conf" <<X
dir:$work/first weight 3
dir:$work/second weight 1
dir:$work/third standby
X
export THUMOI_RELAY_FILE=$work/relays.conf
status "a good relay file" 0 thumoi config check
sed -n 's/^#\([a-z]*:.*\)/\1/p' config/relays.conf >"$work/shipped.conf"
is "$(grep -c . "$work/shipped.conf")" 3 "the shipped one has examples"
status "... which are good ones" 0 env THUMOI_RELAY_FILE="$work/shipped.conf" "$bin" config check
status "the shipped one as it is" 1 env THUMOI_RELAY_FILE=config/relays.conf "$bin" --lang en config check
has "$stderr" "no relay stands in it" "... says what to do"
echo 'smtp://mx.survey.test user me' >>"$work/relays.conf"
status "a relay file with a fault" 1 thumoi config check
has "$stderr" "relay_file: $work/relays.conf line 4: user and password-file" "... the line is named"
status "... is not used" 1 thumoi dispatch --once
has "$stderr" "relays.conf line 4" "... and says so"
sed -i '$d' "$work/relays.conf"
mkdir "$work/relays"
n=0
for family in Lê Trần Phạm Vũ Đỗ; do for given in An Bình Cường Dũng Giang Hà Khánh Lan; do
	echo "$((++n)),$family Minh $given,Sở Nội vụ,nguoi$n@cantho.gov.test"
done; done | sed '1i STT,Họ và tên,Đơn vị,Email' >"$work/relays/T92-can-tho.csv"
ok "a campaign for them" new_campaign relays
thumoi -q instrument add relays survey --title F --url 'https://form.test/?t={{token}}'
status "forty people" 0 thumoi roster import relays "$work/relays/T92-can-tho.csv"
status "their wave" 0 thumoi wave create relays invitation --template invitation
status "... goes out" 0 thumoi wave run relays invitation
is "$(find "$work/first" -name '*.eml' | wc -l)" 30 "... three of four through the first"
is "$(find "$work/second" -name '*.eml' | wc -l)" 10 "... one of four through the second"
is "$(find "$work/third" -name '*.eml' | wc -l)" 0 "... none through the standby one"
status "another wave" 0 thumoi wave create relays reminder --template reminder
status "... through the relay that is named" 0 thumoi wave run relays reminder --relay "dir:$work/named"
is "$(find "$work/named" -name '*.eml' | wc -l)" 40 "... alone"
unset THUMOI_RELAY_FILE
printf 'imaps://mail.test user a password-file b colour red\n' >"$work/mailboxes"
status "a file of mailboxes with a fault" 1 env THUMOI_INBOUND_FILE="$work/mailboxes" "$bin" --lang en config check
has "$stderr" "mailboxes line 1" "... is named, and its line"
printf 'conections = 3\n' >"$work/bad.conf"
status "an unknown setting" 1 thumoi -c "$work/bad.conf" config check
has "$stdout$stderr" connections "... and the nearest"
printf '# ours\ngmail.com 5/day ramp 7\n' >"$work/pace.conf"
status "a pace file with a fault" 1 env THUMOI_PACE_FILE="$work/pace.conf" "$bin" --lang en config check
has "$stderr" "$work/pace.conf line 2: ramp 7 is not below the 5/day" "... is named, with its line"
printf 'date,type\n2026-02-30,holiday\n' >"$work/days.csv"
status "days off with a fault" 1 env THUMOI_WORKING_DAYS_ONLY=yes THUMOI_HOLIDAY_FILE="$work/days.csv" "$bin" --lang en config check
has "$stderr" "$work/days.csv line 2" "... are named, with the line"
status "a setting out of range" 1 env THUMOI_CONNECTIONS=1000 timeout 10 "$bin" --lang en campaign list
has "$stderr" connections "... is named"

# --- the store
status "backup" 0 thumoi backup "$work/backup.db"
ok "the backup is a store" timeout 10 "$bin" --db "$work/backup.db" campaign show two
head -c 8192 /dev/urandom >"$work/noise.db"
status "a store that is none" 1 thumoi --db "$work/noise.db" campaign list
has "$stderr" noise.db "... is named"

# Root may write anywhere: be somebody else.
mkdir -p "$work/readonly"
cp "$work/backup.db" "$work/readonly/thumoi.db"
chmod 444 "$work/readonly/thumoi.db"
chmod 555 "$work/readonly"
chmod 644 "$work/thumoi.conf" "$work/secret.key"
if [ "$(id -u)" -ne 0 ]; then
	unprivileged() { "$@"; }
else
	unprivileged() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
fi
if unprivileged test -x "$bin"; then
	status "a store that is read-only" 1 unprivileged env THUMOI_CONFIG="$work/thumoi.conf" timeout 10 "$bin" --lang en \
		--db "$work/readonly/thumoi.db" roster import two "$work/T92-can-tho.csv"
	has "$stderr" "$work/readonly/thumoi.db" "... is named"
else
	skip_one "another user cannot reach the program: the read-only store was not tried"
fi
chmod 755 "$work/readonly"

# --- a plan, and cron
cat >"$work/plan.ini" <<'X'
[campaign]
key = planned
title = Khảo sát theo kế hoạch
opens = 01/01/2026
closes = 31/12/2099
sender = Ban tổ chức <survey@survey.test>
[instrument survey]
title = Phiếu khảo sát
url = https://survey.test/a?token={{token}}
[wave invitation]
template = invitation
at = 02/01/2026
[wave reminder-1]
template = reminder
audience = missing=survey và không cause=mailbox_full
at = 3 ngày làm việc sau invitation
not-after = 31/12/2099
[wave thanks]
template = thanks
at = 1 working day after closes
X
status "campaign apply --dry-run" 0 thumoi campaign apply "$work/plan.ini" --dry-run
has "$stdout" '+ wave reminder-1: reminder, reminder, 08:00 on 7 January 2026' "... shows the waves, counted over New Year"
status "... and writes nothing" 1 thumoi campaign show planned
status "campaign apply" 0 thumoi campaign apply "$work/plan.ini"
status "... twice" 0 thumoi campaign apply "$work/plan.ini"
has "$stdout" 'nothing to do' "... says so"
sed 's/^closes = .*/closes = 31\/02\/2099/; s/^at = 02.*/at = 2026-01-02 at noon/; $a\titel = x' "$work/plan.ini" >"$work/bad.ini"
status "a plan with faults" 1 thumoi campaign apply "$work/bad.ini"
has "$stderr" "bad.ini line 5: closes: '31/02/2099' is not a date" "... says the line"
has "$stderr" "bad.ini line 12: '2026-01-02 at noon': a time of day is written 08:30" "... of each"
has "$stderr" "bad.ini line 21: [wave] has no 'titel'" "... and how to mend it"
status "a plan that is not there" 1 thumoi campaign apply "$work/nothing.ini"
json "campaign apply" "campaign apply $work/plan.ini"
cp "$work/T92-can-tho.csv" "$work/T92-planned.csv"
status "a roster for it" 0 thumoi roster import planned "$work/T92-planned.csv"
status "wave preview" 0 thumoi wave preview planned invitation --samples 1
has "$stdout" 'gets it' "... counts"
has "$stdout" 'Subject: ' "... shows a message"
status "... as a list" 0 thumoi wave preview planned reminder-1 --people --format csv
has "$stdout" 'unit,name,sub_unit,email,verdict,until,cause,template' "... of everybody"
has "$stdout" ',not_invited,,not_invited,' "... with the reason"
status "... of a wave that is not there" 0 thumoi wave preview planned --template reminder --audience 'unit=T92 or cause=away' --samples 0
status "... with an audience that cannot be read" 1 thumoi wave preview planned --template reminder --audience 'unit=T92 or'
has "$stderr" 'a condition is missing' "... says what is wrong"
status "... of nothing" 2 thumoi wave preview planned
json "wave preview" "wave preview planned invitation"
status "cron --no-send" 0 thumoi cron --no-send
has "$stderr" 'planned invitation: begun' "... says what it did"
has "$stderr" 'planned reminder-1: left out' "... and whom it left out"
status "... again" 0 thumoi cron --no-send
is "$stdout$stderr" '' "... says nothing when nothing is due"
status "cron" 0 thumoi cron --relay "dir:$work/out-cron"
has "$stderr" 'sent: ' "... sends"
json cron "cron --relay dir:$work/out-cron"
status "wave log" 0 thumoi wave log planned invitation
has "$stdout" 'begun: messages planned' "... tells the story"
status "... as CSV" 0 thumoi wave log planned --format csv
has "$stdout" 'at,campaign,wave,what,n,reason,detail' "... with its columns"
json "wave log" "wave log planned"
sed 's/^template = invitation/template = reminder/' "$work/plan.ini" >"$work/changed.ini"
status "what was sent is never changed" 1 thumoi campaign apply "$work/changed.ini"
has "$stdout" '! wave invitation template: invitation -> reminder (it has begun' "... and says why"
status "pausing is in the log" 0 thumoi wave pause planned reminder-1
has "$(thumoi wave log planned reminder-1)" 'paused by the operator' "... with who did it"

# --- accounts and keys
printf 'a sentence to log in with' >"$work/password"
status "user add" 0 thumoi user add lan --role operator --password-file "$work/password"
status "the same name" 1 thumoi user add lan --role viewer --password-file "$work/password"
has "$stderr" lan "... is named"
status "a focal point without a unit" 1 thumoi user add hoa --role focal --password-file "$work/password"
status "a unit that there is not" 1 thumoi user add hoa --role focal --unit T00 --password-file "$work/password"
has "$stderr" T00 "... is named"
status "a short password" 1 thumoi user add hoa --role viewer --password-file /dev/null
is "$(thumoi user list --format csv)" "$(printf '%s\n' name,role,unit,state,login_at,second_factor lan,operator,,active,,off)" "user list"
status "user disable" 0 thumoi user disable lan
has "$(thumoi user list --format csv)" lan,operator,,disabled, "... shows"
status "user enable" 0 thumoi user enable lan
status "user logout" 0 thumoi user logout lan
status "user second-off" 0 thumoi user second-off lan
status "of nobody" 1 thumoi user second-off nobody
status "apikey create" 0 thumoi -q apikey create board --scope counts,people --unit T92 --expires "$later"
key=$stdout
ok "... prints the key, and nothing else" grep -qxE 'thk_[0-9a-f]{12}_[0-9a-f]{64}' <<<"$key"
is "$stderr" '' "... and with -q says nothing"
status "a scope twice is one" 0 thumoi apikey create sync --scope rosters --scope rosters,waves
has "$stderr" Bearer "... says how a key is sent"
status "the same name" 1 thumoi apikey create board --scope counts
is "$stdout" '' "... with nothing on stdout"
status "no scope" 2 thumoi apikey create other
status "a scope that there is not" 1 thumoi apikey create other --scope everything
has "$stderr" everything "... is named"
status "a scope that is not of one unit" 1 thumoi apikey create other --scope waves --unit T92
status "a day that has passed" 1 thumoi apikey create other --scope counts --expires 2021-09-17
json "apikey list" apikey list
is "$(thumoi apikey list --format csv | cut -d, -f1,3-6 | sed 's/"//g')" \
	"$(printf '%s\n' name,scopes,unit,state,created_at board,counts,people,T92,active sync,rosters,waves,,active)" "apikey list"
is "$(thumoi apikey list --format csv | grep -c "${key##*_}")" 0 "... has no secret"
status "apikey revoke" 0 thumoi apikey revoke board
has "$(thumoi --json apikey list)" '"revoked"' "... shows"
status "once" 1 thumoi apikey revoke board
status "of nobody" 1 thumoi apikey revoke nobody
has "$(thumoi audit list --format csv)" 'apikey revoke,key=board' "all of it stands in the audit log"
is "$(thumoi audit list --format csv | grep -c thk_)" 0 "... and no key does"
status "audit verify" 0 thumoi audit verify
is "$(sqlite3 "$work/thumoi.db" .dump 2>/dev/null | grep -c "${key##*_}")" 0 "no key is in the store"

# A full disk: a store on a small file system of its own.
full_disk() {
	# shellcheck disable=SC2016 # the inner shell expands
	unshare -m --propagation unchanged bash -c '
		mount -t tmpfs -o size=1m thumoi "$1" && cp "$2" "$1/thumoi.db" || exit 77
		head -c 2m /dev/zero >"$1/filler" 2>/dev/null
		timeout 60 "$3" --lang en --db "$1/thumoi.db" roster import two "$4"
		echo "exit $?" >&2
		rm "$1/filler"
		"$3" --lang en --db "$1/thumoi.db" report participation two --format csv | tail -n 1
		umount "$1"' \
		full "$work/full" "$work/backup.db" "$bin" "$work/T89-many.csv"
}
mkdir "$work/full"
{
	roster
	for i in $(seq 3000); do echo "$i,Lê Văn Huy $i,Sở Nội vụ,u$i@angiang.gov.test"; done
} | sed 2d >"$work/T89-many.csv"
full_disk >"$work/stdout" 2>"$work/stderr"
if [ $? -eq 77 ] || ! grep -q '^exit' "$work/stderr"; then
	skip_one "no small file system can be mounted here: the full disk was not tried"
else
	has "$(cat "$work/stderr")" "exit 1" "a full disk: exit 1"
	ok "... and the message says it is full" grep -qi full "$work/stderr"
	has "$(cat "$work/stdout")" TOTAL,,,1,3, "... what was there before is still there, nothing half done"
fi

tap_done
