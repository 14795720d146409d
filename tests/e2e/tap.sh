# shellcheck shell=bash
# tap.sh - the little that shell tests share: numbered lines, a closing line.
#
#	ok "label" COMMAND...		the command must end with 0
#	not_ok_if "label" COMMAND...	... must not
#	is GOT WANT "label"
#	has TEXT PART "label"		TEXT must contain PART
#	skip_all REASON			nothing can be tested here: says so, ends
#	tap_done			prints "N passed, N failed, N skipped", ends
#
# On a build server (CI is set) a skip is a failure: there everything must be
# installed.
tap_n=0 tap_passed=0 tap_failed=0 tap_skipped=0

tap_line() {
	tap_n=$((tap_n + 1))
	if [ "$1" = ok ]; then
		tap_passed=$((tap_passed + 1))
		echo "ok $tap_n - $2"
	else
		tap_failed=$((tap_failed + 1))
		echo "not ok $tap_n - FAILED $2"
	fi
}

ok() {
	local label=$1 out
	shift
	if out=$("$@" 2>&1); then
		tap_line ok "$label"
	else
		tap_line not_ok "$label"
		printf '%s\n' "$out" | head -n 20 | sed 's/^/#   /'
	fi
}

not_ok_if() {
	local label=$1 out
	shift
	if out=$("$@" 2>&1); then
		tap_line not_ok "$label (it ended with 0)"
		printf '%s\n' "$out" | head -n 20 | sed 's/^/#   /'
	else
		tap_line ok "$label"
	fi
}

is() {
	if [ "$1" = "$2" ]; then
		tap_line ok "$3"
	else
		tap_line not_ok "$3"
		printf '#   got  %s\n#   want %s\n' "$1" "$2"
	fi
}

has() {
	case $1 in
	*"$2"*) tap_line ok "$3" ;;
	*)
		tap_line not_ok "$3"
		printf '#   got  %s\n#   want ...%s...\n' "$1" "$2"
		;;
	esac
}

skip_all() {
	echo "skipped: $1"
	if [ -n "${CI:-}" ]; then
		tap_line not_ok "on a build server nothing may be skipped: $1"
	else
		tap_skipped=$((tap_skipped + 1))
	fi
	tap_done
}

# One test that cannot be made here.
skip_one() {
	echo "skipped: $1"
	if [ -n "${CI:-}" ]; then
		tap_line not_ok "on a build server nothing may be skipped: $1"
	else
		tap_skipped=$((tap_skipped + 1))
	fi
}

tap_done() {
	echo "$tap_passed passed, $tap_failed failed, $tap_skipped skipped"
	[ "$tap_failed" -eq 0 ]
	exit $?
}
