#!/usr/bin/env bash
# The administrator's desk as its users see it: a store in which every list has
# entries, thumoid, and a browser that looks at every page (desk-walk.mjs says at
# what); what programs get from it (check-openapi.py); who may ask for what.
# Pictures, PDFs and the pages' HTML stay in $BUILD/desk-shots.
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
shots=$PWD/$build/desk-shots
modules=$PWD/$build/desk-node
for need in curl python3 sqlite3 node npm tidy; do
	command -v "$need" >/dev/null || skip_all "$need is not installed"
done
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || skip_all "chromium is not installed"

if ! why=$(modules_here 2>&1); then
	skip_all "npm ci does not get playwright-core, axe-core and parse5: $(tail -n 1 <<<"$why")"
fi
is "$(grep -c '://' tests/e2e/package-lock.json)" 0 "package-lock.json names no host"

desk_begin
desk_conf 'log_level = info'
desk_store
desk_start --no-inbound || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
ok "reports come back, people answer, find it in spam, ask to stop" desk_what_came_back
ok "a unit corrects addresses" desk_corrections

# --- who may ask for what: each route of the desk, the right it needs, what comes with it. A route that is not here fails
# the test. A POST without the field of our pages is refused whoever sends it (403), but for programs with a key: what they
# need and get is in the last column.
matrix() {
	local person roster mail user waiting
	person=$(query "SELECT min(c.id) FROM contact c JOIN unit u ON u.id = c.unit WHERE u.code = 'T92'")
	roster=$(query "SELECT min(r.id) FROM roster r JOIN unit u ON u.id = r.unit WHERE u.code = 'T92'")
	mail=$(query 'SELECT min(id) FROM inbound')
	user=$(query "SELECT id FROM user WHERE name = 'the-viewer'")
	waiting=$(thumoi --json wave preview desk reminder --people | python3 -c 'import json, sys; print(next(p["email"] for p in json.load(sys.stdin) if p["verdict"] == "in"))')
	waiting=$(query "SELECT min(contact) FROM address WHERE email = '$waiting'")
	{
		cat <<-X
			GET	/login	/login	anybody	200
			POST	/login	/login	anybody	403
			GET	/login/code	/login/code	anybody	303
			POST	/login/code	/login/code	anybody	303
			POST	/logout	/logout	account	403
			GET	/	/	login	303
			GET	/metrics	/metrics	anybody	200
			GET	/healthz	/healthz	anybody	200
			GET	/static/*	/static/desk.css	anybody	200
			GET	/api/v1/openapi.json	/api/v1/openapi.json	login	200
			GET	/api/v1/campaigns	/api/v1/campaigns	login	200
			GET	/report/*/participation	/report/desk/participation	reports	200
			GET	/report/*/causes	/report/desk/causes	reports	200
			GET	/c/*/units/*/letters/*/*	/c/desk/units/T92/letters/numbers/letter.html	people	200
			GET	/c/*/packs/*	/c/desk/packs/$(query "SELECT mail_domain FROM (SELECT substr(a.email, instr(a.email, '@') + 1) mail_domain, count(*) n FROM evidence e JOIN address a ON a.contact = e.contact AND a.rank = 1 WHERE e.category = 'policy' GROUP BY 1 ORDER BY 2 DESC LIMIT 1)")	change	200
			GET	/c/*/events	/c/desk/events?once=1	reports	200
			GET	/c/*/waves/*/sample	/c/desk/waves/reminder/sample?contact=$waiting	waves	200
		X
		while IFS=$'\t' read -r method route asked right code program; do
			printf '%s\t%s\t%s\t%s\t%s\n' "$method" "$route" "$asked" "$right" "$code"
			printf '%s\t/api/v1%s\t/api/v1%s\t%s\t%s\t%s\n' "$method" "$route" "$asked" "$right" "$code" "$program"
		done <<-X
			GET	/account	/account	account	200
			POST	/account	/account	account	403
			GET	/users	/users	users	200
			POST	/users	/users	users	403
			GET	/users/*	/users/$user	users	200
			POST	/users/*	/users/$user	users	403
			GET	/keys	/keys	users	200
			POST	/keys	/keys	users	403
			GET	/audit	/audit	audit	200
			POST	/audit	/audit	audit	403	audit:200
		X
		while IFS=$'\t' read -r method route asked right code program; do
			route=${route#-} asked=${asked#-}
			printf '%s\t/c/*%s\t/c/desk%s\t%s\t%s\n' "$method" "$route" "$asked" "$right" "$code"
			printf '%s\t/api/v1/campaigns/*%s\t/api/v1/campaigns/desk%s\t%s\t%s\t%s\n' "$method" "$route" "$asked" "$right" "$code" "$program"
		done <<-X
			GET	-	-	reports	200
			GET	/actions	/actions	reports	200
			GET	/units	/units	reports	200
			GET	/units/*	/units/T92	unit	200
			GET	/units/*/letters/*	/units/T92/letters/numbers	people	200
			POST	/units/*/letters/*	/units/T92/letters/numbers	people	403
			GET	/domains	/domains	reports	200
			GET	/domains/*	/domains/gmail.example	reports	200
			GET	/exchangers/*	/exchangers/mx.shared.example	reports	200
			GET	/people	/people	people	200
			POST	/people	/people	people	403	people:400
			GET	/people/*	/people/$person	people	200
			POST	/people/*	/people/$person	people	403	amend:400
			GET	/people/*/resend	/people/$person/resend	amend	200
			POST	/people/*/resend	/people/$person/resend	amend	403	amend:409
			GET	/rosters	/rosters	people	200
			POST	/rosters	/rosters	people	403	rosters:422
			GET	/rosters/*	/rosters/$roster	people	200
			POST	/rosters/*	/rosters/$roster	people	403	rosters:404
			GET	/inbound	/inbound	inbound	200
			GET	/inbound/*	/inbound/$mail	inbound	200
			POST	/inbound/*	/inbound/$mail	inbound	403	inbound:400
			GET	/inbound/*/rule	/inbound/$mail/rule	inbound	200
			POST	/inbound/*/rule	/inbound/$mail/rule	inbound	403	inbound:200
			GET	/rules	/rules	inbound	200
			POST	/rules	/rules	inbound	403	inbound:404
			GET	/waves	/waves	reports	200
			POST	/waves	/waves	reports	403	waves:400
			GET	/waves/*	/waves/invitation	reports	200
			POST	/waves/*	/waves/invitation	reports	403	waves:400
			GET	/waves/*/preview	/waves/reminder/preview	waves	200
			GET	/reports	/reports	reports	200
			GET	/reports/*	/reports/delivery	reports	200
			GET	/units/*/report	/units/T92/report	people	200
		X
	}
}
# What ROLE gets where RIGHT is needed and CODE is what comes with it; of a POST, PROGRAM is RIGHT:CODE for keys.
expected() {
	local role=$1 method=$2 asked=$3 right=$4 code=$5 program=$6
	[ "$right" != anybody ] || { echo "$code"; return; }
	case $role:$asked in key-*:/api/*) expected_key "$role" "$method" "$right" "$code" "$program"; return ;; esac
	case $role:$right in
	anybody:* | key-*) case $method:$asked in GET:/api/*) echo 401 ;; GET:*) echo 303 ;; *) echo 401 ;; esac ;;
	focal:reports | focal:inbound | focal:waves | focal:amend | focal:change) echo 403 ;;
	viewer:people | viewer:inbound | viewer:waves | viewer:amend | viewer:change) echo 403 ;;
	operator:users | operator:audit | focal:users | focal:audit | viewer:users | viewer:audit) echo 403 ;;
	*) echo "$code" ;;
	esac
}
expected_key() {
	local rights
	[ "$2" = GET ] || set -- "$1" "$2" "${5%:*}" "${5#*:}"
	case $1 in
	key-counts) rights='login reports unit' ;;
	key-people | key-unit) rights='login unit people' ;;
	key-amend | key-rosters | key-inbound) rights="login unit people ${1#key-}" ;;
	key-waves) rights='login reports unit waves' ;;
	key-audit) rights='audit' ;;
	esac
	case " $rights " in *" $3 "*) echo "$4" ;; *) echo 403 ;; esac
}
routes() {
	sed -n '/^const struct route routes_admin/,/^};/p' daemon/web/routes.c |
		sed -nE -e 's/^\t\{ "([^"]*)", (\w+), (\w+),.*/\1 \2 \3/p' \
			-e 's/^\tBOTH\("([^"]*)", (\w+), (\w+),.*/\/c\/*\1 \2 \3\n\/api\/v1\/campaigns\/*\1 \2 \3/p' \
			-e 's/^\tBESIDE\("([^"]*)", (\w+), (\w+),.*/\1 \2 \3\n\/api\/v1\1 \2 \3/p' |
		while read -r pattern get post; do
			[ "$get" = NULL ] || printf 'GET\t%s\n' "$pattern"
			[ "$post" = NULL ] || printf 'POST\t%s\n' "$pattern"
		done | sort
}
is "$(matrix | cut -f1,2 | sort)" "$(routes)" "every route of the desk is in the matrix"
for role in $(desk_roles); do
	got='' want=''
	while IFS=$'\t' read -r method route asked right code program; do
		# What is for anybody asks nobody for a key.
		case $role:$right in key-*:anybody) continue ;; esac
		want+="$method $route $(expected "$role" "$method" "$asked" "$right" "$code" "$program")"$'\n'
		got+="$method $route $(desk_status "$method" "$asked" "$role")"$'\n'
	done < <(matrix)
	is "$got" "$want" "what $role may ask for"
done
for page in domains/gmail.example exchangers/mx.shared.example units; do
	is "$(desk_status GET "/c/desk/$page" focal)" 403 "a focal point does not see /$page"
done
is "$(desk_status GET "/c/desk/units/T92/letters/numbers?reply_by=soon" administrator)" 200 "a day that is none is told on the page of the letter"
has "$(cat "$work/answer")" 'class="banner bad" role="status"' "... above a letter without it"
is "$(desk_status GET /c/desk/units/T01 focal)" 404 "a focal point does not see another unit"
is "$(desk_status GET /api/v1/campaigns/desk/units/T01 key-unit)" 404 "nor does a key of one unit"
is "$(desk_status GET /api/v1/campaigns key-revoked)" 401 "a revoked key gets nothing"
has "$(cat "$work/answer")" '"status": 401' "... and a problem document"
is "$(grep -c thk_ "$work/log")" 0 "no key is in the log"
is "$(desk_status GET /c/desk/units/T01/report focal) $(desk_status GET "/c/desk/units/T01/report?as=xlsx" focal)" "404 404" "... nor another unit's own copy"
is "$(desk_status GET "/c/desk/units/T92/report?as=xlsx" focal)" 200 "but takes away its own"
is "$(desk_status GET /c/desk/reports/people.csv viewer) $(desk_status GET /c/desk/reports/people.xlsx viewer)" "403 403" "a viewer takes no names away"
is "$(curl -s -o "$work/answer" -w '%{http_code}' --noproxy '*' -H 'Host: evil.example' "$desk/c/desk")" 404 \
	"a foreign name that points here gets nothing"
is "$(curl -s -o "$work/answer" -w '%{http_code}' --noproxy '*' "$public/c/desk")" 404 "the desk is not public"

# --- what programs get
role=$(desk_roles | head -n 1)
mapfile -t session < <(desk_log_in "$role")
headers=()
for line in "${session[@]}"; do headers+=(--header "$line"); done
ok "everything under /api/v1 is as docs/openapi.json says" \
	timeout 300 python3 tests/e2e/check-openapi.py "$desk" "$public" --key "$work/api.key" "${headers[@]}"

ok "the numbers of Today, Units and Institutions are those of the store" \
	timeout 120 python3 tests/e2e/desk-sql.py "$desk" "$work/thumoi.db" "${session[0]}"

# --- the walk
rm -rf "$shots"
mkdir -p "$shots"
ok "the command line counts" thumoi report participation desk --format csv --output "$work/participation.csv"
ok "... causes, too" thumoi report causes desk --format csv --output "$work/causes.csv"
CHROMIUM=$chromium timeout 900 node tests/e2e/desk-walk.mjs "$modules" "$desk" "$shots" "$work" "${session[@]}" >"$work/walk" 2>&1
[ $? -le 1 ] || tap_line not_ok "the walk came to its end"
while IFS= read -r line; do
	case $line in
	'ok '*) tap_line ok "${line#ok }" ;;
	'not ok '*) tap_line not_ok "${line#not ok }" ;;
	'# '*) echo "#   ${line#\# }" ;;
	*) echo "$line" ;;
	esac
done <"$work/walk"
ok "it was a whole walk" test "$(grep -c '^ok ' "$work/walk")" -ge 290

# --- what one does there, held against the store
mapfile -t focal < <(desk_log_in focal)
CHROMIUM=$chromium timeout 300 node tests/e2e/desk-acts.mjs "$modules" "$desk" "$shots" "$work/thumoi.db" "${session[0]}" "${focal[0]}" >"$work/acts" 2>&1
[ $? -le 1 ] || tap_line not_ok "all was done"
while IFS= read -r line; do
	case $line in
	'ok '*) tap_line ok "${line#ok }" ;;
	'not ok '*) tap_line not_ok "${line#not ok }" ;;
	*) echo "$line" ;;
	esac
done <"$work/acts"
ok "each of it" test "$(grep -c '^ok ' "$work/acts")" -ge 70

# tidy knows HTML5 but no SVG, little ARIA and not all of forms, and calls an empty <span> that is a patch of colour superfluous. The rest of
# what it says counts: elements that are not closed or must not stand where they stand, attributes that there are not.
tidy_says() {
	local f
	for f in "$shots"/html/*.html; do
		tidy -errors -quiet -utf8 "$f" 2>&1 | grep -vE '<svg> proprietary|<a> proprietary attribute "(href|aria-current)"|<input> proprietary attribute "(minlength|autocapitalize)"|trimming empty <span>' |
			sed "s|^|${f##*/}: |"
	done
}
is "$(tidy_says | head -n 10)" "" "tidy finds nothing in the HTML of the pages"

# --- the log: no token, no address, no name, nothing that went wrong
is "$(grep -cE '@|status=5|level=error| error ' "$work/log")" 0 "the log has no address, no error, no 5xx"
tap_done
