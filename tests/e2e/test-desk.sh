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

# What package-lock.json pins, fetched once.
modules_here() {
	cmp -s tests/e2e/package-lock.json "$modules/.have" && return
	rm -rf "$modules"
	mkdir -p "$modules"
	cp tests/e2e/package.json tests/e2e/package-lock.json tests/e2e/.npmrc "$modules"
	(cd "$modules" && timeout 300 npm ci) && cp tests/e2e/package-lock.json "$modules/.have"
}
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

# --- who may ask for what: each route of the desk, what each role gets. A route that is not here fails the test.
matrix() {
	local person
	person=$(query 'SELECT min(id) FROM contact')
	cat <<-X
		# method	route	as asked	anybody
		GET	/	/	303
		GET	/c/*	/c/desk	200
		GET	/c/*/actions	/c/desk/actions	200
		GET	/c/*/units	/c/desk/units	200
		GET	/c/*/units/*	/c/desk/units/T92	200
		GET	/c/*/domains	/c/desk/domains	200
		GET	/c/*/people	/c/desk/people	200
		POST	/c/*/people	/c/desk/people	303
		GET	/c/*/people/*	/c/desk/people/$person	200
		GET	/c/*/waves	/c/desk/waves	200
		GET	/c/*/reports	/c/desk/reports	200
		GET	/c/*/reports/*	/c/desk/reports/causes.csv	200
		GET	/api/v1/campaigns	/api/v1/campaigns	200
		GET	/api/v1/campaigns/*	/api/v1/campaigns/desk	200
		GET	/api/v1/campaigns/*/actions	/api/v1/campaigns/desk/actions	200
		GET	/api/v1/campaigns/*/units	/api/v1/campaigns/desk/units	200
		GET	/api/v1/campaigns/*/units/*	/api/v1/campaigns/desk/units/T92	200
		GET	/api/v1/campaigns/*/domains	/api/v1/campaigns/desk/domains	200
		GET	/api/v1/campaigns/*/people	/api/v1/campaigns/desk/people	200
		POST	/api/v1/campaigns/*/people	/api/v1/campaigns/desk/people	400
		GET	/api/v1/campaigns/*/people/*	/api/v1/campaigns/desk/people/$person	200
		GET	/api/v1/campaigns/*/waves	/api/v1/campaigns/desk/waves	200
		GET	/api/v1/campaigns/*/reports	/api/v1/campaigns/desk/reports	200
		GET	/api/v1/openapi.json	/api/v1/openapi.json	200
		GET	/report/*/participation	/report/desk/participation	200
		GET	/report/*/causes	/report/desk/causes	200
		GET	/metrics	/metrics	200
		GET	/healthz	/healthz	200
		GET	/static/*	/static/desk.css	200
	X
}
routes() {
	sed -n '/^const struct route routes_admin/,/^};/p' daemon/web/routes.c |
		sed -nE 's/^\t\{ "([^"]*)", (\w+), (\w+),.*/\1 \2 \3/p' |
		while read -r pattern get post; do
			[ "$get" = NULL ] || printf 'GET\t%s\n' "$pattern"
			[ "$post" = NULL ] || printf 'POST\t%s\n' "$pattern"
		done | sort
}
is "$(matrix | grep -v '^#' | cut -f1,2 | sort)" "$(routes)" "every route of the desk is in the matrix"
column=4
for role in $(desk_roles); do
	is "$(matrix | sed -n '1s/^# //p' | cut -f$column)" "$role" "a column for $role"
	got=$(matrix | grep -v '^#' | while IFS=$'\t' read -r method route asked _; do
		printf '%s %s %s\n' "$method" "$route" "$(desk_status "$method" "$asked" "$role")"
	done)
	is "$got" "$(matrix | grep -v '^#' | cut -f1,2,$column | tr '\t' ' ')" "what $role may ask for"
	column=$((column + 1))
done
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

# --- the walk
rm -rf "$shots"
mkdir -p "$shots"
ok "the command line counts" thumoi report participation desk --format csv --output "$work/participation.csv"
ok "... causes, too" thumoi report causes desk --format csv --output "$work/causes.csv"
CHROMIUM=$chromium timeout 540 node tests/e2e/desk-walk.mjs "$modules" "$desk" "$shots" "$work" "${session[@]}" >"$work/walk" 2>&1
[ $? -le 1 ] || tap_line not_ok "the walk came to its end"
while IFS= read -r line; do
	case $line in
	'ok '*) tap_line ok "${line#ok }" ;;
	'not ok '*) tap_line not_ok "${line#not ok }" ;;
	'# '*) echo "#   ${line#\# }" ;;
	*) echo "$line" ;;
	esac
done <"$work/walk"
ok "it was a whole walk" test "$(grep -c '^ok ' "$work/walk")" -ge 250

# tidy knows HTML5 but no SVG and little ARIA, and calls an empty <span> that is a patch of colour superfluous. The rest of
# what it says counts: elements that are not closed or must not stand where they stand, attributes that there are not.
tidy_says() {
	local f
	for f in "$shots"/html/*.html; do
		tidy -errors -quiet -utf8 "$f" 2>&1 | grep -vE '<svg> proprietary|<a> proprietary attribute "(href|aria-current)"|trimming empty <span>' |
			sed "s|^|${f##*/}: |"
	done
}
is "$(tidy_says | head -n 10)" "" "tidy finds nothing in the HTML of the pages"

# --- the log: no token, no address, no name, nothing that went wrong
is "$(grep -cE '@|status=5|level=error| error ' "$work/log")" 0 "the log has no address, no error, no 5xx"
tap_done
