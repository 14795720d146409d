#!/usr/bin/env python3
"""Reads what the post office saw against the rules of the plan; prints what breaks one.

    check-waves.py LETTERS RESPONSES LOG.csv

LETTERS: seconds, person, address, subject, tabs between (postoffice letters).
RESPONSES: who answered when. LOG.csv: thumoi wave log --format csv.
Knows nothing of the store: only letters, answers, the plan below and the log.
"""
import collections
import csv
import datetime
import sys

ZONE = datetime.timezone(datetime.timedelta(hours=7))
WINDOWS = {  # by the beginning of the subject: wave, kind, from, to
    "Mời tham gia": [("invitation", "2021-09-17T08:30", "2021-10-08T00:00")],
    "Nhắc trả lời": [("reminder-1", "2021-09-22T08:00", "2021-09-27T08:00"), ("reminder-2", "2021-09-27T08:00", "2021-10-05T08:00")],
    "Nhắc lần cuối": [("last-call", "2021-10-05T08:00", "2021-10-07T12:01")],
    "Cảm ơn": [("thanks", "2021-10-08T08:00", "2021-10-16T00:00")],
}
REMINDERS = ("reminder-1", "reminder-2", "last-call")
GAP_DAYS, MOST_REMINDERS = 2, 3
faults = collections.Counter()


def fault(kind, text):
    faults[kind] += 1
    if faults[kind] <= 5:
        print(f"{kind}: {text}")


def moment(text):
    return datetime.datetime.fromisoformat(text).replace(tzinfo=ZONE)


def wave_of(subject, at):
    for begin, windows in WINDOWS.items():
        if subject.startswith(begin):
            for name, first, last in windows:
                if moment(first) <= at < moment(last):
                    return name
            return None
    return None


def working_days(a, b):
    """After the day a, up to the day b; there is no holiday in these weeks."""
    n = 0
    while a < b:
        a += datetime.timedelta(days=1)
        n += a.weekday() < 5
    return n


letters = collections.defaultdict(list)
sent = collections.Counter()
for line in open(sys.argv[1], encoding="utf-8"):
    seconds, person, address, subject = line.rstrip("\n").split("\t")
    at = datetime.datetime.fromtimestamp(int(seconds), ZONE)
    wave = wave_of(subject, at)
    if wave is None:
        fault("stale", f"{person} got '{subject}' at {at}")
        continue
    sent[wave] += 1
    letters[person].append((at, wave, address))

answered = {}
for row in csv.DictReader(open(sys.argv[2], encoding="utf-8-sig")):
    times = [row["survey_answered_at"], row["feedback_answered_at"]]
    # Some answers reach us with the batch of the night.
    if all(times):
        last = max(datetime.datetime.fromisoformat(t) for t in times).astimezone(ZONE)
        answered[row["person_id"]] = last.replace(hour=23, minute=45, second=0)

for person, list_ in letters.items():
    list_.sort()
    days = collections.Counter(at.date() for at, _, _ in list_)
    for day, n in days.items():
        if n > 1:
            fault("two a day", f"{person} got {n} messages on {day}")
    waves = collections.Counter()
    for i, (at, wave, address) in enumerate(list_):
        waves[wave, address] += 1
        if waves[wave, address] > 1:
            fault("twice", f"{person} got {wave} twice")
        if at.weekday() > 4 or not datetime.time(7, 30) <= at.time() < datetime.time(17, 30):
            fault("quiet", f"{person} got {wave} at {at}")
        if wave in REMINDERS:
            if i == 0:
                fault("not invited", f"{person} got {wave} before anything else")
            elif working_days(list_[i - 1][0].date(), at.date()) < GAP_DAYS:
                fault("too soon", f"{person} got {wave} on {at.date()}, the one before on {list_[i - 1][0].date()}")
            if person in answered and at > answered[person]:
                fault("answered", f"{person} got {wave} at {at}, all was answered before {answered[person]}")
        if wave == "thanks" and person not in answered:
            fault("thanks", f"{person} was thanked and has not answered all")
    if sum(n for (wave, _), n in waves.items() if wave in REMINDERS) > MOST_REMINDERS:
        fault("too many", f"{person} got more than {MOST_REMINDERS} reminders")

# The log against the letters: what it says was accepted when a wave closed; and each wave has a story.
story = collections.defaultdict(lambda: collections.defaultdict(int))
for row in csv.DictReader(open(sys.argv[3], encoding="utf-8")):
    story[row["wave"]][row["what"]] += int(row["n"])
    story[row["wave"]][row["what"], "times"] += 1
for wave in ("invitation",) + REMINDERS + ("thanks",):
    s = story[wave]
    if s["begun", "times"] != 1 or s["closed", "times"] != 1:
        fault("log", f"{wave}: begun {s['begun', 'times']} times, closed {s['closed', 'times']} times")
    # An address that proves dead later has its message, and the next address another one.
    if not s["closed"] <= sent[wave] <= s["closed"] + s["readdressed"]:
        fault("log", f"{wave}: the log counts {s['closed']} accepted, the post office {sent[wave]}")
    if s["closed"] > s["begun"] + s["planned"]:
        fault("log", f"{wave}: more accepted than planned")
print(" ".join(f"{wave}={n}" for wave, n in sorted(sent.items())))
sys.exit(1 if faults else 0)
