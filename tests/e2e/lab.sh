# shellcheck shell=bash
# lab.sh - real Postfix and Dovecot on loopback, in a folder of their own.
#
#	lab_need	what is missing, on stdout; empty when the lab can run
#	lab_up DIR	starts it; sets LAB and the ports below
#	lab_down	stops it, by its own control programs
#	lab_reload	after a change of $LAB/postfix/etc/*
#
# Nothing in /etc is read or touched, all ports are above 1024 and free ones.
#
#	SUBMISSION	STARTTLS and AUTH required (courier@survey.test / pw)
#	IMAPS, POP3S	mailboxes; the bounce mailbox is bounce@survey.test / pw
#
# Certificates: $LAB/ca.pem signs the servers' own; $LAB/other-ca.pem signs none.
#
# What becomes of a message, by its recipient:
#	u*@cantho.gov.test		delivered
#	junk*@cantho.gov.test		delivered, Sieve files it into Junk
#	probe1..5@cantho.gov.test	Sieve files it: inbox, Junk (special use), "Thư rác", Lists, nowhere
#	away*@cantho.gov.test		delivered; lab_auto_reply answers (Sieve's vacation keeps silent
#					towards any message with List-Unsubscribe)
#	any other @cantho.gov.test	550 5.1.1 at RCPT
#	gone*, moved*, rep*, full*	550 5.2.1, 551 5.1.6, 554 5.7.1, 552 5.2.2 at RCPT (rcpt_access)
#	temp*@cantho.gov.test		450 4.2.1 at RCPT, until rcpt_access changes
#	nobody*@angiang.gov.test	accepted; a DSN 5.1.1 comes later
#	brim*@angiang.gov.test		accepted; a DSN 5.2.2 comes later
#	*@policy.test			accepted; the next server says 554 5.7.1; a DSN
#	*@nohost.test			accepted; a DSN 5.4.4
#	*@dead.test			accepted; nothing listens there: a DSN "delayed", then "failed" 4.4.1

lab_need() {
	local p
	[ "$(id -u)" -eq 0 ] || echo "root (Postfix changes to its own user)"
	for p in postfix postqueue dovecot doveadm sievec openssl ss; do
		PATH=$PATH:/usr/sbin:/sbin command -v "$p" >/dev/null || echo "$p"
	done
}

lab_certificates() {
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=lab test CA' -keyout "$LAB/ca.key" -out "$LAB/ca.pem" 2>/dev/null
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=another CA' -keyout "$LAB/other-ca.key" -out "$LAB/other-ca.pem" 2>/dev/null
	openssl req -newkey rsa:2048 -nodes -subj /CN=mx.survey.test -keyout "$LAB/key.pem" -out "$LAB/req.pem" 2>/dev/null
	printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n' >"$LAB/ext"
	openssl x509 -req -in "$LAB/req.pem" -days 2 -CA "$LAB/ca.pem" -CAkey "$LAB/ca.key" -CAcreateserial \
		-extfile "$LAB/ext" -out "$LAB/cert.pem" 2>/dev/null
	openssl verify -CAfile "$LAB/ca.pem" "$LAB/cert.pem" >/dev/null
}

# user:password:::::: and extra fields, for Dovecot's passwd-file.
lab_users() {
	local i
	for i in $(seq 1 80); do echo "u$i@cantho.gov.test:pw::::::"; done
	for i in 1 2 3 4 5; do
		echo "junk$i@cantho.gov.test:pw::::::"
		echo "away$i@cantho.gov.test:pw::::::"
		echo "temp$i@cantho.gov.test:pw::::::"
		echo "probe$i@cantho.gov.test:pw::::::"
		echo "brim$i@angiang.gov.test:pw::::::userdb_quota_rule=*:bytes=1"
	done
	echo 'bounce@survey.test:pw::::::'
	echo 'courier@survey.test:pw::::::'
}

lab_dovecot() {
	local d=$LAB/dovecot
	mkdir -p "$d/run" "$d/state"
	lab_users >"$d/users"
	cat >"$d/dovecot.conf" <<X
base_dir = $d/run
state_dir = $d/state
log_path = $LAB/log/dovecot.log
protocols = imap pop3 lmtp
listen = 127.0.0.1
ssl = required
ssl_cert = <$LAB/cert.pem
ssl_key = <$LAB/key.pem
auth_mechanisms = plain login
auth_failure_delay = 0
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:~/Maildir
mail_plugins = quota
recipient_delimiter = +
lmtp_hdr_delivery_address = final
postmaster_address = postmaster@survey.test
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u $d/users
}
userdb {
  driver = passwd-file
  args = username_format=%u $d/users
  default_fields = uid=mail gid=mail home=$LAB/mail/%d/%n
}
plugin {
  quota = maildir:User quota
  quota_grace = 0%%
  sieve_before = $d/before.sieve
}
namespace inbox {
  inbox = yes
  mailbox Junk {
    auto = subscribe
    special_use = \\Junk
  }
  mailbox Processed {
    auto = create
  }
}
service imap-login {
  inet_listener imap {
    port = 0
  }
  inet_listener imaps {
    port = $IMAPS
    ssl = yes
  }
}
service pop3-login {
  inet_listener pop3 {
    port = 0
  }
  inet_listener pop3s {
    port = $POP3S
    ssl = yes
  }
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = $LMTP
  }
}
service auth {
  inet_listener {
    address = 127.0.0.1
    port = $AUTH
  }
}
protocol lmtp {
  mail_plugins = quota sieve
}
X
	cat >"$d/before.sieve" <<'X'
require ["fileinto", "mailbox", "envelope"];
if envelope :localpart :matches "to" ["junk*", "probe2"] {
	fileinto :create "Junk";
	stop;
}
if envelope :localpart "to" "probe3" {
	fileinto :create "Thư rác";
	stop;
}
if envelope :localpart "to" "probe4" {
	fileinto :create "Lists";
	stop;
}
if envelope :localpart "to" "probe5" {
	discard;
	stop;
}
X
	sievec -c "$d/dovecot.conf" "$d/before.sieve"
	dovecot -c "$d/dovecot.conf"
}

lab_postfix_services() {
	cat <<X
127.0.0.1:$SUBMISSION inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
127.0.0.1:$INTERNAL inet n - n - - smtpd
127.0.0.1:$POLICY inet n - n - - smtpd
  -o myhostname=mx.policy.test
  -o smtpd_relay_restrictions=
  -o smtpd_recipient_restrictions=check_recipient_access,texthash:$LAB/postfix/etc/policy_access,reject
X
	cat <<'X'
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 5 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
showq unix n - n - - showq
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
X
}

lab_rcpt_access() {
	local i
	for i in 1 2 3 4 5; do
		echo "temp$i@cantho.gov.test 450 4.2.1 receiving mail too fast, try again later"
		echo "gone$i@cantho.gov.test 550 5.2.1 mailbox disabled, not accepting messages"
		echo "moved$i@cantho.gov.test 551 5.1.6 user has moved"
		echo "full$i@cantho.gov.test 552 5.2.2 mailbox full"
		echo "rep$i@cantho.gov.test 554 5.7.1 access denied by local policy"
	done
}

lab_postfix() {
	local p=$LAB/postfix c=$LAB/postfix/etc
	mkdir -p "$c" "$p/spool" "$p/data"
	chown postfix "$p/data"
	cat >"$c/main.cf" <<X
compatibility_level = 3.6
queue_directory = $p/spool
data_directory = $p/data
maillog_file = $LAB/log/postfix.log
maillog_file_prefixes = $LAB
myhostname = mx.survey.test
myorigin = survey.test
mydestination =
local_recipient_maps =
alias_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
recipient_delimiter = +
disable_dns_lookups = yes
smtp_host_lookup = native
minimal_backoff_time = 2s
maximal_backoff_time = 3s
queue_run_delay = 2s
delay_warning_time = 4s
maximal_queue_lifetime = 12s
bounce_queue_lifetime = 12s
virtual_transport = lmtp:inet:127.0.0.1:$LMTP
virtual_mailbox_domains = survey.test, cantho.gov.test
virtual_mailbox_maps = texthash:$c/vmailbox
relay_domains = angiang.gov.test, policy.test, nohost.test, dead.test
relay_transport = lmtp:inet:127.0.0.1:$LMTP
relay_recipient_maps =
transport_maps = texthash:$c/transport
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access texthash:$c/rcpt_access, reject_unlisted_recipient
mailbox_size_limit = 0
virtual_mailbox_limit = 0
nested_header_checks =
smtpd_error_sleep_time = 0
smtpd_tls_cert_file = $LAB/cert.pem
smtpd_tls_key_file = $LAB/key.pem
smtpd_tls_security_level = may
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:$AUTH
X
	lab_postfix_services >"$c/master.cf"
	lab_users | cut -d: -f1 | grep -v angiang | sed 's/$/ x/' >"$c/vmailbox"
	lab_rcpt_access >"$c/rcpt_access"
	echo 'policy.test 554 5.7.1 Delivery not authorized, message refused' >"$c/policy_access"
	cat >"$c/transport" <<X
policy.test smtp:[127.0.0.1]:$POLICY
nohost.test smtp:[no-such-host.invalid]
dead.test smtp:[127.0.0.1]:$DEAD
X
	postfix -c "$c" start 2>>"$LAB/log/postfix-start.log"
}

lab_port_open() {
	ss -Hltn "sport = :$1" | grep -q .
}

lab_up() {
	local ports port tries=0
	LAB=$1
	PATH=$PATH:/usr/sbin:/sbin
	# $2: the program that names free ports
	ports=$("$2" ports 8)
	read -r SUBMISSION INTERNAL POLICY DEAD IMAPS POP3S LMTP AUTH <<<"$ports"
	chmod 755 "$LAB"
	mkdir -p "$LAB/mail" "$LAB/log"
	chown mail:mail "$LAB/mail"
	lab_certificates || return 1
	lab_dovecot || return 1
	lab_postfix || return 1
	for port in "$SUBMISSION" "$IMAPS" "$LMTP" "$POLICY"; do
		until lab_port_open "$port"; do
			tries=$((tries + 1))
			[ "$tries" -lt 200 ] || return 1
			sleep 0.1
		done
	done
}

lab_reload() {
	postfix -c "$LAB/postfix/etc" reload 2>>"$LAB/log/postfix-start.log"
}

lab_queue_empty() {
	postqueue -c "$LAB/postfix/etc" -p 2>/dev/null | grep -q 'Mail queue is empty'
}

# The messages of a mailbox, a path a line: lab_messages USER@DOMAIN [FOLDER]
lab_messages() {
	local home=$LAB/mail/${1#*@}/${1%@*}/Maildir
	find "$home/${2:+.$2}" -mindepth 2 -maxdepth 2 -type f \( -path '*/new/*' -o -path '*/cur/*' \) 2>/dev/null
}

# What a mailbox does that answers for an absent person whatever was sent to
# it: lab_auto_reply USER@DOMAIN, to the envelope sender of the message there.
lab_auto_reply() {
	python3 - "$INTERNAL" "$1" "$(lab_messages "$1" | head -n 1)" <<'X'
import email, smtplib, sys
from email.message import EmailMessage
port, who, path = sys.argv[1:]
with open(path, "rb") as f:
    got = email.message_from_binary_file(f)
reply = EmailMessage()
reply["From"] = who
reply["To"] = got["Return-Path"].strip("<>")
reply["Subject"] = "Trả lời tự động: nghỉ phép"
reply["In-Reply-To"] = got["Message-ID"]
reply["Auto-Submitted"] = "auto-replied"
reply.set_content("Tôi nghỉ phép, sẽ trả lời thư sau.\n")
with smtplib.SMTP("127.0.0.1", int(port)) as s:
    s.send_message(reply, from_addr="", to_addrs=[reply["To"]])
X
}

lab_down() {
	[ -n "${LAB:-}" ] || return 0
	postfix -c "$LAB/postfix/etc" stop >/dev/null 2>&1
	doveadm -c "$LAB/dovecot/dovecot.conf" stop >/dev/null 2>&1
	return 0
}
