# shellcheck shell=bash
# bounce.sh - a delivery report for a message that lies in a folder.

# A bounce of a message in a folder: bounce FILE STATUS TEXT
bounce() {
	local sender rcpt
	sender=$(sed -n 's/^X-Envelope-From: <\(.*\)>\r*$/\1/p' "$1" | head -n 1)
	rcpt=$(sed -n 's/^X-Envelope-To: <\(.*\)>\r*$/\1/p' "$1" | head -n 1)
	cat <<X
Return-Path: <>
Delivered-To: $sender
From: MAILER-DAEMON@mx.example
To: $sender
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

$rcpt: $3

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; $rcpt
Action: failed
Status: $2
Diagnostic-Code: smtp; 550 $2 $3

--b--
X
}
