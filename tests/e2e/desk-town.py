#!/usr/bin/env python3
"""What becomes of the messages of a wave, as the synthetic truth of the trial has it.

usage: desk-town.py SENT PEOPLE OUT

SENT is a folder that `relay = dir:` wrote, PEOPLE lines "token TAB address" of
the store. Into OUT go:
	mail/N.eml	reports, automatic replies and complaints, to be fed
	answers.csv	for `thumoi answers import`
	found.tsv	token, where: who presses a button of the landing page
	stop.txt	tokens of those who ask to stop
The truth is tests/data/trial-2021. What it has nobody for (our authentication
refused, our address blocked, mailboxes that are disabled or have moved) befalls
some of those who never look.
"""
import csv
import datetime
import os
import re
import sys

sent, people, out = sys.argv[1:]
TRUTH = "tests/data/trial-2021/delivery-truth-SYNTHETIC.csv"
RESPONSES = "tests/data/trial-2021/responses.csv"
RARE = [("5.7.26", "550 5.7.26 This message does not pass authentication checks (SPF and DKIM both do not pass)"),
        ("5.7.1", "554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org"),
        ("5.2.1", "550 5.2.1 The email account that you tried to reach is disabled"),
        ("5.1.6", "551 5.1.6 The mailbox has moved, <b>no</b> forwarding; =cmd()"),
        ("4.4.1", "451 4.4.1 Connection timed out, giving up"),
        ("away", ""), ("away", ""), ("complaint", ""), ("stop", ""), ("inbox", ""), ("inbox", ""), ("inbox", "")]
TEXTS = {"4.2.2": "452 4.2.2 Over quota", "4.7.1": "451 4.7.1 Greylisted, please try again later",
         "5.1.2": "550 5.1.2 Host or domain name not found", "5.7.1": "550 5.7.1 Message rejected as spam by Content Filtering"}


def heads():
    for name in sorted(os.listdir(sent)):
        with open(os.path.join(sent, name), encoding="utf-8", errors="replace") as f:
            head = f.read(8192).replace("\r", "")
        yield (re.search(r"^X-Envelope-From: <(.*)>", head, re.M)[1], re.search(r"^X-Envelope-To: <(.*)>", head, re.M)[1],
               re.search(r"^Message-ID: *(\S+)", head, re.M | re.I)[1])


def report(sender, rcpt, status, text):
    return (f"Return-Path: <>\nDelivered-To: {sender}\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example>\nTo: {sender}\n"
            f"Subject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\n"
            f"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/plain\n\n{text}\n\n"
            f"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; {rcpt}\n"
            f"Action: failed\nStatus: {status}\nDiagnostic-Code: smtp; {text}\n\n--b--\n")


def away(sender, rcpt):
    until = datetime.date.today() + datetime.timedelta(days=40)
    return (f"Return-Path: <>\nDelivered-To: {sender}\nFrom: <{rcpt}>\nTo: {sender}\nAuto-Submitted: auto-replied\n"
            f"Subject: Automatic reply: away\nContent-Type: text/plain\n\nI am out of office until {until:%d/%m/%Y}.\n")


def complaint(sender, rcpt, message_id):
    return (f"Return-Path: <fbl@provider.example>\nDelivered-To: {sender}\nFrom: fbl@provider.example\nTo: {sender}\n"
            f"Subject: Complaint\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n"
            f"--b\nContent-Type: text/plain\n\nThis is a complaint.\n\n--b\nContent-Type: message/feedback-report\n\n"
            f"Feedback-Type: abuse\nUser-Agent: fbl/1\nVersion: 1\nOriginal-Mail-From: <{sender}>\nOriginal-Rcpt-To: <{rcpt}>\n\n"
            f"--b\nContent-Type: message/rfc822\n\nFrom: khaosat@moha.gov.example\nTo: <{rcpt}>\nMessage-ID: {message_id}\n\n\n--b--\n")


def rows(path):
    with open(path, encoding="utf-8-sig", newline="") as f:
        yield from csv.DictReader(f)


def main():
    os.makedirs(out + "/mail")
    token = dict(reversed(line.rstrip("\n").split("\t")) for line in open(people, encoding="utf-8"))
    envelope = {rcpt: (sender, mid) for sender, rcpt, mid in heads()}
    mails, found, stop, rare = [], [], [], list(RARE) * 2
    for p in rows(TRUTH):
        if p["email"] not in envelope:
            continue
        sender, mid = envelope[p["email"]]
        if p["dsn_status"]:
            text = next((r for r in (p["rcpt_reply"], p["data_reply"]) if r and not r.startswith("250")), None)
            mails.append(report(sender, p["email"], p["dsn_status"], text or TEXTS[p["dsn_status"]]))
        elif p["cause"] == "never_opened" and rare:
            status, text = rare.pop()
            if status == "away":
                mails.append(away(sender, p["email"]))
            elif status == "complaint":
                mails.append(complaint(sender, p["email"], mid))
            elif status == "stop":
                stop.append(token[p["email"]])
            elif status == "inbox":
                found.append((token[p["email"]], "inbox"))
            else:
                mails.append(report(sender, p["email"], status, text))
        elif p["cause"] == "gmail_spam" and len(found) < 25:
            found.append((token[p["email"]], "spam"))
    for n, text in enumerate(mails):
        with open(f"{out}/mail/{n:05}.eml", "w", encoding="utf-8") as f:
            f.write(text)
    done = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    with open(f"{out}/answers.csv", "w", encoding="utf-8") as f:
        f.write("token,instrument,answered_at\n")
        for r in rows(RESPONSES):
            for form in ("survey", "feedback"):
                if r[form + "_answered_at"] and r["email"] in token:
                    f.write(f"{token[r['email']]},{form},{done}\n")
    with open(f"{out}/found.tsv", "w", encoding="utf-8") as f:
        f.writelines(f"{t}\t{where}\n" for t, where in found)
    with open(f"{out}/stop.txt", "w", encoding="utf-8") as f:
        f.writelines(t + "\n" for t in stop)
    return 0


sys.exit(main())
