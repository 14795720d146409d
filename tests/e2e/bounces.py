#!/usr/bin/env python3
"""Bounces of messages that were really sent, as a storm brings them.

usage: bounces.py SENT N mbox			on standard output
       bounces.py SENT N maildir PATH [FROM]	one file each, numbered from FROM

SENT is a folder that `relay = dir:` wrote. The bounces go round its people;
each is another message, and what it says of a person is always the same.
Or: bounces.py run COMMAND...: runs it, and prints its exit status and the most
memory it had, in kB, as the last line of standard error.
"""
import os
import re
import resource
import subprocess
import sys


def people(folder):
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as f:
            head = f.read(4096)
        sender = re.search(r"^X-Envelope-From: <(.*)>", head, re.M).group(1)
        rcpt = re.search(r"^X-Envelope-To: <(.*)>", head, re.M).group(1)
        yield sender, rcpt


def bounce(n, sender, rcpt):
    filler = "".join(f"Received: from hop{i}.example by mx.example; Thu, 16 Sep 2021 00:00:00 +0700\n" for i in range(24))
    return (f"Return-Path: <>\nDelivered-To: {sender}\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example>\n"
            f"To: {sender}\nSubject: Undelivered Mail Returned to Sender\nMessage-ID: <{n}.storm@mx.example>\n"
            f"MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b{n}\"\n\n"
            f"--b{n}\nContent-Type: text/plain\n\nI'm sorry to have to inform you that your message could not be delivered.\n\n"
            f"--b{n}\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
            f"Final-Recipient: rfc822; {rcpt}\nAction: failed\nStatus: 5.1.1\n"
            f"Diagnostic-Code: smtp; 550 5.1.1 <{rcpt}>: Recipient address rejected: User unknown\n\n"
            f"--b{n}\nContent-Type: text/rfc822-headers\n\n{filler}Subject: invitation {n}\n\n--b{n}--\n")


def main():
    if sys.argv[1] == "run":
        rc = subprocess.call(sys.argv[2:])
        print(rc, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
        return rc
    everybody = list(people(sys.argv[1]))
    count, how = int(sys.argv[2]), sys.argv[3]
    first = int(sys.argv[5]) if len(sys.argv) > 5 else 0
    for n in range(first, first + count):
        text = bounce(n, *everybody[n % len(everybody)])
        if how == "mbox":
            sys.stdout.write(f"From MAILER-DAEMON Thu Sep 16 00:00:00 2021\n{text}\n")
        else:
            with open(os.path.join(sys.argv[4], f"{1600000000 + n}.storm{n}.mx"), "w", encoding="utf-8") as f:
                f.write(text)
    return 0


sys.exit(main())
