# shellcheck shell=bash
# desk.sh - thumoid with a store in which every list of the desk has entries.
#
#	desk_begin			$work; what was started ends with the test
#	desk_conf [LINE]...		writes the settings: the one place that does
#	desk_store			the trial of 2021 in an hour: rosters, a wave, what came back, answers, corrections
#	desk_start [OPTION]...		thumoid; sets $desk and $public, http://127.0.0.1:PORT (not inside ok: that is a subshell)
#	desk_log_in ROLE		what a client of that role sends with each request: header lines, on stdout
#	desk_roles			the roles there are, one a line; key-SCOPE: a program with a key
#	desk_status METHOD PATH ROLE	the status of an answer
#	modules_here			what a browser test needs of npm, in $modules
#	thumoi ..., query SQL
#
# To be sourced after tap.sh; wants bin and daemon set.
# shellcheck disable=SC2034,SC2154 # the variables are those of the test
trial=tests/data/trial-2021

desk_begin() {
	work=$(mktemp -d "${TMPDIR:-/tmp}/thumoi-desk.XXXXXX") || exit 1
	pids=()
	trap desk_end EXIT
	trap 'exit 130' INT TERM
	export THUMOI_CONFIG=$work/thumoi.conf LC_ALL=C.UTF-8
	unset THUMOI_DB NOTIFY_SOCKET
}

desk_end() {
	local p
	trap - EXIT
	for p in "${pids[@]}"; do kill "$p" 2>/dev/null; done
	for p in "${pids[@]}"; do wait "$p" 2>/dev/null; done
	rm -rf "$work"
}

desk_conf() {
	head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$work/api.key"
	cat >"$work/thumoi.conf" <<-X
		store = $work/thumoi.db
		secret_file = $work/secret.key
		relay = dir:$work/out
		bounce_address = bounce@moha.gov.example
		public_url = http://127.0.0.1:8080
		listen = 127.0.0.1:0
		admin_listen = 127.0.0.1:0
		api_key_file = $work/api.key
		stops = observe
	X
	[ $# -eq 0 ] || printf '%s\n' "$@" >>"$work/thumoi.conf"
}

# What is asked with is a cookie, or a key; each role logs in once, with the password in $work/password.
desk_roles() { printf '%s\n' administrator operator focal viewer anybody; desk_keys; }
desk_keys() { printf 'key-%s\n' counts people amend rosters inbound waves audit unit; }
desk_users() {
	local role scope
	printf "a sentence to log in with" >"$work/password"
	for role in $(desk_roles | grep -v 'anybody\|^key-'); do
		case $role in focal) set -- --unit T92 ;; *) set -- ;; esac
		thumoi -q user add "the-$role" --role "$role" "$@" --password-file "$work/password" || return 1
	done
	for role in $(desk_keys) key-revoked; do
		case $role in key-revoked) scope=counts ;; *) scope=${role#key-} ;; esac
		case $role in key-unit) scope=counts,people && set -- --unit T92 ;; *) set -- ;; esac
		thumoi -q apikey create "$role" --scope "$scope" "$@" >"$work/$role" || return 1
	done
	thumoi -q apikey revoke key-revoked
}
desk_log_in() {
	case $1 in
	anybody) return 0 ;;
	key-*) echo "Authorization: Bearer $(cat "$work/$1")"; return 0 ;;
	esac
	[ -s "$work/cookie-$1" ] || curl -s -o "$work/answer" -D - --noproxy '*' --max-time 20 --data "name=the-$1" \
		--data-urlencode "password@$work/password" "$desk/login" | sed -n 's/^Set-Cookie: \(thumoi=[0-9a-f]*\);.*/\1/p' >"$work/cookie-$1"
	echo "Cookie: $(cat "$work/cookie-$1")"
}

desk_status() {
	local line headers=()
	while IFS= read -r line; do headers+=(-H "$line"); done < <(desk_log_in "$3")
	curl -s -o "$work/answer" -w '%{http_code}' --noproxy '*' --max-time 20 -X "$1" "${headers[@]}" "$desk$2"
}

thumoi() { timeout 120 "$bin" --lang en "$@"; }
query() { sqlite3 -cmd '.timeout 5000' "$work/thumoi.db" "$1"; }

desk_start() {
	[ -s "$work/password" ] || desk_users || return 1
	"$daemon" "$@" >/dev/null 2>"$work/log" &
	pids+=($!)
	daemon_pid=$!
	for _ in $(seq 100); do
		grep -q ' started ' "$work/log" && break
		kill -0 "$daemon_pid" 2>/dev/null || break
		sleep 0.1
	done
	desk=http://$(sed -n 's/.* admin_listen=\(127[^ ]*\).*/\1/p' "$work/log" | tail -n 1)
	public=http://$(sed -n 's/.* listen=\(127[^ ]*\).*/\1/p' "$work/log" | tail -n 1)
	[ "$desk" != http:// ] || { cat "$work/log"; return 1; }
}

# The campaign is open now; the people are those of the trial.
desk_campaign() {
	thumoi -q init --units "$trial/units.csv" --units config/units/vn-2025.csv --providers "$trial/providers.txt" &&
	thumoi -q campaign create desk --title 'Thử nghiệm Hệ thống <đo lường> & đánh giá' --opens "$(date -u -d '-6 days' +%F)" \
		--closes "$(date -u -d '+5 days' +%F)" --tree units --from 'Bộ Nội vụ <khaosat@moha.gov.example>' \
		--dispatch 'Công văn số 4566/BNV-CCHC ngày 17 tháng 9 năm 2021' &&
	thumoi -q instrument add desk survey --title 'Phiếu khảo sát' --url 'https://forms.test/s?t={{token}}' &&
	thumoi -q instrument add desk feedback --title 'Phiếu phản hồi' --url 'https://forms.test/f?t={{token}}' &&
	thumoi -q roster import desk "$trial"/rosters/*.csv --received-from "sinoivu@units.example"
}

# What DNS would say: two domains behind one exchanger, and the mailboxes of two providers that probes look into.
desk_world() {
	local i
	query "INSERT INTO mail_domain (domain, answer, exchangers, looked_at, lives_until) SELECT DISTINCT d.domain, 'takes_mail',
		'10 ' || CASE WHEN d.domain LIKE 't%' THEN 'mx.shared.example' ELSE 'mx1.' || d.domain END, 0, 4102444800 FROM unit_domain d
		JOIN unit u ON u.id = d.unit JOIN tree t ON t.id = u.tree AND t.key = 'units'" &&
	for i in 1 2 3 4; do
		mkdir -p "$work/probe$i"/{cur,new,tmp} "$work/probe$i"/.Junk/{cur,new,tmp} || return 1
		thumoi -q probe add "probe$i@gmail.example" --for gmail.example --mailbox "maildir:$work/probe$i" || return 1
	done
}
# A folder is no relay, so the messages to probes count as not sent: here they have gone out, and three of the four lie
# in the junk folder.
desk_probes() {
	local i f id
	for i in 1 2 3 4; do
		f=$(grep -l "^X-Envelope-To: <probe$i@" "$work"/out/* | head -n 1)
		id=$(sed -n 's/^Message-ID: *<\(.*\)>.*/\1/p' "$f" | head -n 1)
		[ -n "$id" ] && query "UPDATE probe_send SET state = 'accepted', accepted_at = $(date +%s) - 700, message_id = '$id'
			WHERE probe = (SELECT id FROM probe WHERE email = 'probe$i@gmail.example')" || return 1
		if [ "$i" = 1 ]; then cp "$f" "$work/probe$i/new/"; else cp "$f" "$work/probe$i/.Junk/new/"; fi
	done
	thumoi -q probe check --once --now >/dev/null
}
desk_wave() {
	thumoi -q wave create desk invitation --template invitation &&
	thumoi -q wave run desk invitation && desk_probes &&
	thumoi -q wave create desk reminder --template reminder --not-before "$(date -u -d '+2 days' +%FT09:00:00Z)" \
		--audience "unit=T92"
}

# Wants thumoid: some of it is said on the landing page.
# Nobody can say by itself from whom this is.
desk_stray_mail() {
	printf '%s\n' 'From: "Phòng Hành chính" <hanhchinh@gmail.example>' 'To: bounce@moha.gov.example' 'Subject: Hoi ve phieu khao sat' \
		'Message-ID: <stray@gmail.example>' "Date: $(LC_ALL=C date -R)" 'MIME-Version: 1.0' \
		'Content-Type: text/plain; charset=utf-8' 'Content-Transfer-Encoding: 8bit' '' 'Xin gửi lại liên kết <b>cho cơ quan</b>.'
}

desk_what_came_back() {
	local token where
	query "SELECT c.token || char(9) || a.email FROM contact c JOIN address a ON a.contact = c.id AND a.rank = 1" >"$work/people" &&
	python3 tests/e2e/desk-town.py "$work/out" "$work/people" "$work/town" &&
	thumoi -q inbound feed "$work/town/mail" && desk_stray_mail | thumoi -q inbound feed - &&
	thumoi -q answers import desk "$work/town/answers.csv" || return 1
	while IFS=$'\t' read -r token where; do
		curl -fs -o /dev/null --noproxy '*' --max-time 20 -d "where=$where" "$public/i/$token/found" || return 1
	done <"$work/town/found.tsv"
	while read -r token; do
		curl -fs -o /dev/null --noproxy '*' --max-time 20 -d 'List-Unsubscribe=One-Click' "$public/u/$token" || return 1
	done <"$work/town/stop.txt"
}

desk_corrections() {
	cat >"$work/focal.csv" <<-'X'
		Đơn vị;Họ và tên;Chức vụ;Thư điện tử;Điện thoại;Email quản trị thư
		TP. Cần Thơ;Bà Lê Thị Đầu Mối;Phó Trưởng phòng;daumoi@cantho.gov.example;0100 123 456;
		Thành phố Hồ Chí Minh;Trần Văn Mối;Chuyên viên;moi@tphcm.gov.example;0100 222;quantri@tphcm.gov.example
	X
	thumoi -q focal import "$work/focal.csv" --campaign desk &&
	thumoi -q letter desk T79 T92 --kind fix --output "$work/letters" || return 1
	python3 - "$work/letters/T79-fix.csv" "$work/T79-corrected.csv" <<-'X'
		import csv, sys
		with open(sys.argv[1], encoding="utf-8-sig", newline="") as f:
		    rows = list(csv.reader(f))
		for n, row in enumerate(r for r in rows[1:] if len(r) == len(rows[0])):
		    if n < 2:
		        row[-1] = f"sua{n}@tphcm.gov.example"
		with open(sys.argv[2], "w", encoding="utf-8", newline="") as f:
		    csv.writer(f).writerows(rows)
	X
	thumoi -q roster import desk "$work/T79-corrected.csv"
}

desk_store() {
	ok "a campaign, and the rosters of 76 units" desk_campaign
	ok "mail domains and probe mailboxes are known" desk_world
	ok "a wave goes out, another is planned" desk_wave
}

# What package-lock.json pins, fetched once.
modules_here() {
	cmp -s tests/e2e/package-lock.json "$modules/.have" && return
	rm -rf "$modules"
	mkdir -p "$modules"
	cp tests/e2e/package.json tests/e2e/package-lock.json tests/e2e/.npmrc "$modules"
	(cd "$modules" && timeout 300 npm ci) && cp tests/e2e/package-lock.json "$modules/.have"
}
