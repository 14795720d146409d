#!/usr/bin/env python3
"""Are the numbers of Today, Units and Institutions those of the store?

usage: desk-sql.py DESK STORE HEADER

DESK is http://127.0.0.1:PORT of a desk that serves STORE (SQLite), HEADER what
goes with each request ("Cookie: ..."). Each number is asked for twice: of the
desk, and of the store by a query written for this test, which shares no code
with the desk. Prints what differs.
"""
import json
import sqlite3
import sys
import urllib.request

desk, store, header = sys.argv[1:]
db = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
compared = differing = 0
ZONE = 7 * 3600


def page(rest):
    r = urllib.request.Request(f"{desk}/api/v1/campaigns/desk{rest}", headers=dict([header.split(": ", 1)]))
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(r, timeout=60) as reply:
        return json.load(reply)


def rows(sql, *args):
    return db.execute(sql, args).fetchall()


def one(sql, *args):
    return rows(sql, *args)[0][0]


def same(what, got, want):
    global compared, differing
    compared += 1
    if got != want:
        differing += 1
        print(f"{what}: the desk says {got}, the store {want}")


FIRST = "(SELECT contact, min(first_at) AS at FROM answer GROUP BY contact)"
FAILED = ("bad_user", "bad_domain", "moved", "bad_syntax", "mailbox_full", "mailbox_disabled", "refused_policy", "refused_content",
          "refused_auth", "refused_blocked", "expired")
# Who is told to have failed, by the latest report on an address the person has now, and has neither answered nor asked to stop.
FAILING = """SELECT count(*) FROM contact c WHERE EXISTS (SELECT 1 FROM evidence v JOIN address a ON a.contact = v.contact
    AND (a.email = v.email OR v.email = '') WHERE v.contact = c.id AND v.at <= :at AND v.kind IN ('refusal', 'dsn', 'expired')
    AND v.category <> 'delivered')
    AND c.id NOT IN (SELECT contact FROM answer WHERE first_at <= :at)
    AND c.id NOT IN (SELECT contact FROM evidence WHERE at <= :at AND kind IN ('opt_out', 'complaint', 'button', 'reply', 'read_receipt',
        'auto_reply', 'found_inbox', 'found_spam', 'found_forwarded'))"""


def today():
    wave = one("SELECT max(begun_at) FROM wave")
    yesterday = one("SELECT max((unixepoch() + :z) / 86400 * 86400 - 86400 - :z, 0)", ZONE)
    for since, at in (("wave", wave), ("yesterday", yesterday)):
        data = page(f"?since={since}")
        line = {n["key"]: n for n in data["changes"]["lines"]}
        numbers = {
            "answered": (one(f"SELECT count(*) FROM {FIRST} WHERE at <= ?", at), one(f"SELECT count(*) FROM {FIRST} WHERE at > ?", at)),
            "nominated": (one("SELECT count(*) FROM contact WHERE created_at <= ?", at), one("SELECT count(*) FROM contact WHERE created_at > ?", at)),
            "mended": (one("SELECT count(*) FROM (SELECT min(at) AS at FROM correction GROUP BY contact) WHERE at <= ?", at),
                       one("SELECT count(*) FROM (SELECT min(at) AS at FROM correction GROUP BY contact) WHERE at > ?", at)),
            "rosters": (one("SELECT count(*) FROM roster WHERE imported_at <= ?", at), one("SELECT count(*) FROM roster WHERE imported_at > ?", at)),
        }
        for key, (before, came) in numbers.items():
            same(f"{since}: {key} before", line[key]["before"], before)
            same(f"{since}: {key} came", line[key]["came"], came)
            same(f"{since}: {key} now", line[key]["now"], before + came)
        for key, kind in (("opted_out", "opt_out"), ("complained", "complaint")):
            sql = "SELECT count(DISTINCT contact) FROM evidence WHERE kind = ? AND at <= ? AND contact NOT IN (SELECT contact FROM answer WHERE first_at <= ?)"
            if key == "complained":
                sql += " AND contact NOT IN (SELECT contact FROM evidence WHERE kind = 'opt_out')"
            same(f"{since}: {key} before", line[key]["before"], one(sql, kind, at, at))
            same(f"{since}: {key} now", line[key]["now"], one(sql, kind, 2 ** 40, 2 ** 40))
        same(f"{since}: refused before", line["refused"]["before"], db.execute(FAILING, {"at": at}).fetchone()[0])
        same(f"{since}: refused now", line["refused"]["now"], db.execute(FAILING, {"at": 2 ** 40}).fetchone()[0])
        same(f"{since}: refused now, by cause", line["refused"]["now"], sum(c["people"] for c in data["causes"] if c["key"] in FAILED))
    days = {d["day"][:10]: d["people"] for d in data["trend"]["days"] if d["people"]}
    same("answers by day", days, dict(rows(f"SELECT date(at + ?, 'unixepoch'), count(*) FROM {FIRST} GROUP BY 1", ZONE)))


DOMAIN = "coalesce((SELECT substr(email, instr(email, '@') + 1) FROM address a WHERE a.contact = c.id AND a.rank = 1), '')"
TOOK = "c.id IN (SELECT contact FROM answer)"


def units():
    for u in page("/units")["units"]:
        code = u["code"]
        same(code, [u["nominated"], u["mailable"], u["took_part"], u["rosters"]], list(rows(f"""SELECT count(*), count(*) FILTER (WHERE state = 'mailable'),
            count(*) FILTER (WHERE {TOOK}), (SELECT count(*) FROM roster r JOIN unit x ON x.id = r.unit WHERE x.code = u.code)
            FROM unit u LEFT JOIN contact c ON c.unit = u.id WHERE u.code = ? AND u.tree = (SELECT tree FROM campaign)""", code)[0])
             if u["named"] else [0, 0, 0, 0])
    for g in page("/units?tree=vn-2025")["units"]:
        before = one("SELECT predecessors FROM unit u JOIN tree t ON t.id = u.tree WHERE t.key = 'vn-2025' AND code = ? LIMIT 1", g["code"]).split("|")
        same(f"{g['code']} of 2025", [g["nominated"], g["took_part"]], list(rows(f"""SELECT count(*), count(*) FILTER (WHERE {TOOK}) FROM contact c
            JOIN unit u ON u.id = c.unit WHERE u.code IN ({','.join('?' * len(before))})""", *before)[0]))
    for code in ("T92", "T79", "T02", "B02"):
        data = page(f"/units/{code}")
        same(f"{code}: mail domains", sorted((d["domain"], d["nominated"], d["took_part"]) for d in data["domains"]),
             sorted(rows(f"SELECT {DOMAIN}, count(*), count(*) FILTER (WHERE {TOOK}) FROM contact c JOIN unit u ON u.id = c.unit WHERE u.code = ? GROUP BY 1", code)))
        same(f"{code}: files", sorted((f["id"], f["records"], f["accepted"], f["held"], f["rejected"], f["repeated"], f["mended"]) for f in data["files"]),
             sorted(rows("""SELECT r.id, count(*), sum(w.disposition = 'accept'), sum(w.disposition = 'hold'), sum(w.disposition = 'reject'),
                 sum(w.disposition = 'duplicate'), (SELECT count(*) FROM correction k WHERE k.roster = r.id)
                 FROM roster r JOIN roster_row w ON w.roster = r.id JOIN unit u ON u.id = r.unit WHERE u.code = ? GROUP BY r.id""", code)))
        sent = rows("""SELECT count(*) FROM invite i JOIN contact c ON c.id = i.contact JOIN unit u ON u.id = c.unit JOIN wave w ON w.id = i.wave
            WHERE u.code = ? AND i.state <> 'cancelled' AND w.begun_at > 0 GROUP BY i.wave""", code)
        same(f"{code}: messages by wave", sorted(t["count"] for t in data["timeline"] if t["kind"] == "wave"), sorted(n for n, in sent))
        same(f"{code}: corrected", data["corrections"]["mended"], one("""SELECT count(DISTINCT k.contact) FROM correction k JOIN contact c ON c.id = k.contact
            JOIN unit u ON u.id = c.unit WHERE u.code = ?""", code))
        same(f"{code}: letters", len(data["letters"]), one("SELECT count(*) FROM letter WHERE about = ? AND kind <> 'preflight'", code))


def institutions():
    listed, at = [], "/domains"
    while at:
        data = page(at)
        listed += data["domains"]
        at = data["next_url"] and data["next_url"].removeprefix("/c/desk")
    same("mail domains", sorted((d["domain"], d["nominated"], d["took_part"]) for d in listed),
         sorted(rows(f"SELECT {DOMAIN}, count(*), count(*) FILTER (WHERE {TOOK}) FROM contact c GROUP BY 1")))
    for name in [d["domain"] for d in listed if d["domain"]][:5] + ["gmail.example"]:
        one_page = page(f"/domains/{name}")
        same(f"{name}: units", sorted((u["code"], u["nominated"], u["took_part"]) for u in one_page["units"]),
             sorted(rows(f"SELECT u.code, count(*), count(*) FILTER (WHERE {TOOK}) FROM contact c JOIN unit u ON u.id = c.unit WHERE {DOMAIN} = ? GROUP BY 1", name)))
    shared = page("/exchangers/mx.shared.example")
    same("behind one exchanger", shared["nominated"], one(f"SELECT count(*) FROM contact c WHERE {DOMAIN} IN (SELECT domain FROM mail_domain WHERE exchangers LIKE '10 mx.shared.example%')"))
    same("probes", [(p["provider"], p["wave"], p["inbox"], p["spam"], p["grade"]) for p in data["placements"]],
         rows("""SELECT p.stands_for, w.name, sum(l.place = 'inbox'), sum(l.place = 'spam'), 'C' FROM placement l JOIN probe_send s ON s.id = l.send
             JOIN probe p ON p.id = s.probe JOIN wave w ON w.id = s.wave GROUP BY 1, 2"""))


today()
units()
institutions()
print(f"{compared} numbers compared, {differing} differ")
sys.exit(differing > 0)
