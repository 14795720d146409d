#!/usr/bin/env python3
"""Reads messages with other software than ours and says what is wrong.

    check-mails.py ROSTER.csv FILE...

Each FILE is one message as a real server stored it. ROSTER.csv has name and
email columns; the display name of To: must be the name of that address.
Prints one line a fault; ends with 1 when there is one.
"""
import csv
import re
import sys
import unicodedata
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime

LINK = re.compile(r"https?://[^\s<>\"']+/i/([0-9A-Za-z_~]{22})")


def part(message, kind):
    for p in message.walk():
        if p.get_content_type() == kind:
            return p.get_content()
    return ""


def check(raw, names):
    faults = []
    m = message_from_bytes(raw, policy=policy.default)
    if m.defects:
        faults.append("defects: %s" % m.defects)
    for line in raw.split(b"\n"):
        if len(line.rstrip(b"\r")) > 998:
            faults.append("a line longer than 998 octets")
            break
    header = raw.split(b"\n\n")[0].split(b"\r\n\r\n")[0]
    if any(b > 126 for b in header):
        faults.append("8-bit octets in the header")
    to = m["To"].addresses
    if len(to) != 1:
        faults.append("To has %d addresses" % len(to))
    else:
        want = names.get(to[0].addr_spec.lower())
        if want is None:
            faults.append("To is %s, who is not in the roster" % to[0].addr_spec)
        elif unicodedata.normalize("NFC", to[0].display_name) != want:
            faults.append("To is called '%s', the roster says '%s'" % (to[0].display_name, want))
        elif want not in part(m, "text/plain"):
            faults.append("the text does not address %s" % want)
    for name in ("From", "Subject", "Date", "Message-ID", "MIME-Version", "Auto-Submitted", "List-Unsubscribe",
                 "List-Unsubscribe-Post"):
        if len(m.get_all(name, [])) != 1:
            faults.append("%s is there %d times" % (name, len(m.get_all(name, []))))
    if not re.search("[ăâđêôơưáàảãạ]", m["Subject"] or "", re.I) or "=?" in m["Subject"]:
        faults.append("the subject does not read as Vietnamese: %r" % m["Subject"])
    if m["Auto-Submitted"] != "auto-generated":
        faults.append("Auto-Submitted is %r" % m["Auto-Submitted"])
    if m["List-Unsubscribe-Post"] != "List-Unsubscribe=One-Click":
        faults.append("List-Unsubscribe-Post is %r" % m["List-Unsubscribe-Post"])
    if m["Date"] and parsedate_to_datetime(m["Date"]).tzinfo is None:
        faults.append("Date without a zone")
    if m.get_content_type() != "multipart/alternative":
        faults.append("it is %s" % m.get_content_type())
    tokens = {t for kind in ("text/plain", "text/html") for t in LINK.findall(part(m, kind))}
    if len(tokens) != 1 or not LINK.search(part(m, "text/plain")) or not LINK.search(part(m, "text/html")):
        faults.append("landing links: %s" % sorted(tokens))
    return faults, m["Message-ID"], tokens


def main():
    with open(sys.argv[1], encoding="utf-8", newline="") as f:
        names = {r["Email"].lower(): r["Họ và tên"] for r in csv.DictReader(f)}
    bad, ids, tokens = 0, {}, {}
    for path in sys.argv[2:]:
        with open(path, "rb") as f:
            faults, mid, token = check(f.read(), names)
        if mid in ids:
            faults.append("Message-ID as in %s" % ids[mid])
        if tokens.get(frozenset(token)):
            faults.append("token as in %s" % tokens[frozenset(token)])
        ids[mid] = tokens[frozenset(token)] = path
        for fault in faults:
            print("%s: %s" % (path, fault))
        bad += bool(faults)
    return 1 if bad or len(sys.argv) < 3 else 0


if __name__ == "__main__":
    sys.exit(main())
