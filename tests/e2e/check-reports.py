#!/usr/bin/env python3
"""Do all forms of a report say the same, and what the store says?

usage: check-reports.py FOLDER STORE CAMPAIGN OLDER

FOLDER holds, for each report NAME, NAME.csv, NAME.json and NAME.xlsx of the
command line, NAME.desk.csv and NAME.desk.xlsx of the desk, NAME.html, and
the other tables as NAME-TABLE.csv. The store is asked by SQL of this script's
own. Prints "ok LABEL" and "not ok LABEL", with "# ..." for what was found.
"""
import csv
import html
import json
import math
import re
import sqlite3
import sys
import zipfile
from collections import Counter, defaultdict
from datetime import datetime, timedelta, timezone
from xml.etree import ElementTree

folder, store, campaign_key, older_key = sys.argv[1:5]
db = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
ZONE = timezone(timedelta(hours=7))
NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
bad = 0


def told(faults, label):
    global bad
    print(("not ok " if faults else "ok ") + label)
    for f in faults[:6]:
        print("#", str(f)[:300])
    bad += bool(faults)


def same(got, want, label):
    told([] if got == want else [f"got  {got}", f"want {want}"], label)


def read_csv(name):
    with open(f"{folder}/{name}.csv", encoding="utf-8-sig", newline="") as f:
        rows = list(csv.reader(f))
    return rows[0], rows[1:]


def dicts(name):
    head, rows = read_csv(name)
    return [dict(zip(head, r)) for r in rows]


def one(sql, *args):
    return db.execute(sql, args).fetchone()[0]


# --- workbooks

class Book:
    def __init__(self, name):
        self.zip = zipfile.ZipFile(f"{folder}/{name}.xlsx")
        self.names = self.zip.namelist()
        book = ElementTree.fromstring(self.zip.read("xl/workbook.xml"))
        self.sheets = [s.get("name") for s in book.find("m:sheets", NS)]
        self.defined = [d.get("name") for d in book.iter("{%s}definedName" % NS["m"])]
        self.shared = []
        if "xl/sharedStrings.xml" in self.names:
            for item in ElementTree.fromstring(self.zip.read("xl/sharedStrings.xml")):
                self.shared.append("".join(t.text or "" for t in item.iter("{%s}t" % NS["m"])))

    def xml(self, n):
        return ElementTree.fromstring(self.zip.read(f"xl/worksheets/sheet{n + 1}.xml"))

    def rows(self, n):
        out = []
        for row in self.xml(n).iter("{%s}row" % NS["m"]):
            cells = {}
            for c in row:
                column = 0
                for letter in re.match("[A-Z]+", c.get("r")).group():
                    column = column * 26 + ord(letter) - 64
                v = c.find("m:v", NS)
                if c.find("m:f", NS) is not None:
                    raise SystemExit("a formula in " + c.get("r"))
                text = "".join(t.text or "" for t in c.iter("{%s}t" % NS["m"]))
                cells[column - 1] = self.shared[int(v.text)] if c.get("t") == "s" else text or (v.text if v is not None else "")
            out.append((int(row.get("r")), [cells.get(i, "") for i in range(max(cells, default=-1) + 1)]))
        return out


def day_words(s):
    return f"{s[8:10]}/{s[5:7]}/{s[:4]}"


def equal(text, cell):
    """A cell of CSV and one of a workbook."""
    if text == cell or text.strip() == cell.strip():
        return True
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return cell == day_words(text)
    if re.fullmatch(r"\d{4}-\d\d-\d\dT.*", text):
        return cell == f"{text[11:16]} {day_words(text)}"
    if text.startswith("'") and text[1:] == cell:
        return True
    try:
        return math.isclose(float(text), float(cell), abs_tol=1e-9)
    except ValueError:
        return False


def check_forms(name, charts):
    head, rows = read_csv(name)
    told([(a, b) for a, b in zip(read_csv(name + ".desk")[1], rows) if a != b and not all(map(equal, a, b))] or
         ([] if read_csv(name + ".desk")[0] == head else ["columns"]), f"{name}: the desk's CSV is that of the command line")
    with open(f"{folder}/{name}.json", encoding="utf-8") as f:
        data = json.load(f)
    if isinstance(data, list):
        faults = [] if len(data) == len(rows) else [f"{len(data)} rows of {len(rows)}"]
        for r, o in zip(rows, data):
            if list(o) != head:
                faults.append(list(o))
            faults += [(k, o[k], v) for k, v in zip(head, r) if not (o[k] is None and v in ("", "c") or equal(v, str(o[k])))]
        told(faults, f"{name}: JSON says what CSV says")
    for which in (name, name + ".desk"):
        book = Book(which)
        sheet = [r for n, r in book.rows(0) if n > 4]
        faults = [] if len(sheet) == len(rows) else [f"{len(sheet)} rows of {len(rows)}"]
        for a, b in zip(rows, sheet):
            b = b + [""] * (len(a) - len(b))
            faults += [(head[i], x, b[i]) for i, x in enumerate(a) if not equal(x, b[i])]
        told(faults, f"{which}: the workbook says what CSV says, {len(rows)} rows")
    first = book.xml(0)
    pane, filters = first.find(".//m:pane", NS), first.find("m:autoFilter", NS)
    faults = []
    if pane is None or pane.get("state") != "frozen":
        faults.append("the heading is not frozen")
    if filters is None and rows:
        faults.append("no filter")
    if first.find("m:pageSetup", NS).get("orientation") != "landscape":
        faults.append("not landscape")
    if "&P" not in (first.findtext("m:headerFooter/m:oddFooter", "", NS)):
        faults.append("no page numbers")
    if "_xlnm.Print_Titles" not in book.defined:
        faults.append("the heading is not repeated on paper")
    if not {"Giải thích", "Notes"} & set(book.sheets):
        faults.append("nothing explains")
    drawn = sum(n.startswith("xl/charts/chart") for n in book.names)
    if drawn < charts:
        faults.append(f"{drawn} charts of {charts}")
    told(faults, f"{name}: heading, filter, paper, notes, {charts} charts in the workbook")
    for n in range(len(book.sheets)):
        book.rows(n)


# --- against the store

campaign, opens, closes = db.execute("SELECT id, opens_at, closes_at FROM campaign WHERE key = ?", (campaign_key,)).fetchone()
UP = ("LEFT JOIN (SELECT invite, max(upto) AS upto FROM invite_address GROUP BY invite) b ON b.invite = i.id ")


def messages():
    """Every message: wave, domain, unit, state, bounced, reason, attempts, seconds until it was accepted."""
    for row in db.execute(
            "SELECT w.name, substr(i.email, instr(i.email, '@') + 1), u.code, i.state, i.attempts - coalesce(b.upto, 0),"
            " (SELECT v.category FROM evidence v WHERE v.invite = i.id AND v.contact = i.contact AND v.kind = 'dsn'"
            "   AND v.category <> 'delivered' AND v.email IN (i.email, '') ORDER BY v.at LIMIT 1),"
            " (SELECT category FROM attempt a WHERE a.invite = i.id AND a.n = i.attempts),"
            " (SELECT at FROM attempt a WHERE a.invite = i.id AND a.n = coalesce(b.upto, 0) + 1),"
            " (SELECT duration_ms FROM attempt a WHERE a.invite = i.id AND a.n = coalesce(b.upto, 0) + 1),"
            " (SELECT at FROM attempt a WHERE a.invite = i.id AND a.n = i.attempts)"
            " FROM invite i JOIN wave w ON w.id = i.wave JOIN contact c ON c.id = i.contact JOIN unit u ON u.id = c.unit " + UP +
            " WHERE w.campaign = ?", (campaign,)):
        wave, domain, unit, state, attempts, bounced, reason, first, took, last = row
        seconds = (last - first) + took / 1000 if state == "accepted" and first is not None else None
        yield wave, domain, unit, state, attempts, bounced if state == "accepted" else None, reason or "", seconds


def rank(values, percent):
    values = sorted(values)
    return f"{values[max(1, -(-len(values) * percent // 100)) - 1]:.3f}" if values else ""


def check_delivery():
    all_messages = list(messages())
    for table, which in (("wave", 0), ("domain", 1), ("unit", 2)):
        lots = defaultdict(list)
        for m in all_messages:
            lots[m[which]].append(m)
            lots["TOTAL"].append(m)
        faults = []
        rows = dicts("delivery" if table == "wave" else f"delivery-{table}")
        for r in rows:
            lot = lots[r[table]]
            states = Counter(m[3] for m in lot)
            begun = [m[4] for m in lot if m[4] > 0]
            want = {s: states[s] for s in ("accepted", "refused", "deferred", "uncertain", "expired", "cancelled")}
            want |= {"waiting": states["planned"] + states["sending"], "bounced": sum(m[5] is not None for m in lot)}
            want["invited"] = sum(want[s] for s in ("accepted", "refused", "deferred", "uncertain", "expired"))
            faults += [(r[table], k, r[k], v) for k, v in want.items() if int(r[k]) != v]
            if begun and abs(float(r["attempts_per_message"]) - sum(begun) / len(begun)) > 0.0051:
                faults.append((r[table], "attempts", r["attempts_per_message"], sum(begun) / len(begun)))
            times = [m[7] for m in lot if m[7] is not None]
            if (r["median_s"], r["p95_s"]) != (rank(times, 50), rank(times, 95)):
                faults.append((r[table], r["median_s"], r["p95_s"], rank(times, 50), rank(times, 95)))
        if {r[table] for r in rows} != set(lots) or not all_messages:
            faults.append("other rows")
        told(faults, f"delivery by {table}: counts, attempts, median and 95th percentile, {len(rows)} rows")
    reasons = Counter()
    for wave, _, _, state, _, bounced, reason, _ in all_messages:
        how = "bounced" if bounced is not None else state if state in ("refused", "deferred", "expired", "uncertain") else None
        if how:
            reasons[wave, how, bounced if bounced is not None else reason] += 1
    got = {(r["wave"], r["outcome"], r["reason"]): int(r["messages"]) for r in dicts("delivery-reason") if r["reason_name"] != "TOTAL"}
    same(got, dict(reasons), f"delivery by reason: {len(reasons)} reasons")
    same({"refused", "bounced", "deferred", "expired", "uncertain"} - {k[1] for k in got}, set(), "... of every outcome")


def check_response():
    instruments = dict(db.execute("SELECT id, key FROM instrument WHERE campaign = ?", (campaign,)))
    days = defaultdict(Counter)
    for i, at in db.execute("SELECT a.instrument, a.first_at FROM answer a JOIN contact c ON c.id = a.contact WHERE c.campaign = ?", (campaign,)):
        days[datetime.fromtimestamp(at, ZONE).strftime("%Y-%m-%d")][instruments[i]] += 1
    faults, sums = [], Counter()
    rows = dicts("response")
    for r in rows:
        for key in instruments.values():
            sums[key] += days[r["day"]][key]
            if (int(r[key]), int(r[f"{key}_total"])) != (days[r["day"]][key], sums[key]):
                faults.append((r["day"], key, r[key], r[f"{key}_total"], days[r["day"]][key], sums[key]))
    total = one("SELECT count(*) FROM answer a JOIN contact c ON c.id = a.contact WHERE c.campaign = ?", campaign)
    if sum(sums.values()) != total:
        faults.append(("answers", sum(sums.values()), total))
    told(faults, f"response: {total} answers over {len([d for d in days if days[d]])} days, cumulative")
    happened = " ".join(r["happened"] for r in rows)
    told([w for w in ("invitation", "reminder", "mở khảo sát") if w not in happened], "... opening and waves are marked")
    faults = []
    for r in dicts("response-wave"):
        for i, key in instruments.items():
            before, within = db.execute(
                "SELECT sum(a.first_at < v.moved_at), sum(a.first_at >= v.moved_at AND a.first_at < v.moved_at + 3 * 86400)"
                " FROM invite v JOIN wave w ON w.id = v.wave JOIN answer a ON a.contact = v.contact AND a.instrument = ?"
                " WHERE w.campaign = ? AND w.name = ? AND v.state = 'accepted'", (i, campaign, r["wave"])).fetchone()
            if (int(r[f"{key}_before"]), int(r[f"{key}_within_3_days"])) != (before or 0, within or 0):
                faults.append((r["wave"], key, r[f"{key}_before"], r[f"{key}_within_3_days"], before, within))
    told(faults, "what followed each wave within three days")


def check_participation():
    faults = []
    for r in dicts("participation"):
        where = "" if r["unit"] == "TOTAL" else " AND u.code = '%s'" % r["unit"]
        n, took = db.execute("SELECT count(*), coalesce(sum(EXISTS (SELECT 1 FROM answer a WHERE a.contact = c.id)), 0)"
                             " FROM contact c JOIN unit u ON u.id = c.unit WHERE c.campaign = ?" + where, (campaign,)).fetchone()
        if (int(r["nominated"]), int(r["took_part"])) != (n, took):
            faults.append((r["unit"], r["nominated"], r["took_part"], n, took))
    told(faults, "participation: nominated and took part, unit by unit")
    with open(f"{folder}/participation.page.html", encoding="utf-8") as f:
        text = f.read()
    body = re.search(r"<tbody>(.*?)</tbody>", text, re.S).group(1)
    cells = [[html.unescape(re.sub("<[^>]*>", "", c)).strip() for c in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.S)]
             for row in re.findall(r"<tr>(.*?)</tr>", body, re.S)]
    want = [[r["nominated"], r["took_part"]] for r in dicts("participation") if r["unit"] != "TOTAL"]
    same([c[1:3] for c in cells], want, "... and the page has the same numbers")


def check_coverage():
    expected = one("SELECT count(*) FROM expected_sub_unit")
    rows = dicts("coverage")
    same(len(rows), expected, f"coverage: {expected} sub-units")
    units = {r["name"]: r for r in dicts("coverage-unit")}
    covered = Counter(r["unit_name"] for r in rows if int(r["people"]))
    total = units.pop(next(n for n in units if n in ("Tất cả", "All")))
    same((int(total["expected"]), int(total["covered"])), (expected, sum(covered.values())), "... those that have nominated somebody")
    people = one("SELECT count(*) FROM contact c WHERE c.campaign = ? AND c.missing_since IS NULL AND c.unit IN (SELECT unit FROM expected_sub_unit)", campaign)
    same(int(total["people"]), people, "... and their people")
    same(sum(int(r["people"]) for r in rows) + int(total["outside"]), people, "... add up")


def check_comparison():
    """The older campaign's units upon those of the newer tree, by the directory's own column."""
    trees = {k: t for k, t in db.execute("SELECT key, tree FROM campaign WHERE key IN (?, ?)", (campaign_key, older_key))}
    newer = campaign_key if one("SELECT max(valid_from) FROM unit WHERE tree = ?", trees[campaign_key]) > \
        one("SELECT max(valid_from) FROM unit WHERE tree = ?", trees[older_key]) else older_key
    other = older_key if newer == campaign_key else campaign_key
    becomes = defaultdict(list)
    for code, before in db.execute("SELECT code, predecessors FROM unit WHERE tree = ? AND valid_to IS NULL", (trees[newer],)):
        for p in filter(None, before.split("|")):
            becomes[p].append(code)
    count = ("SELECT u.code, count(*), sum(EXISTS (SELECT 1 FROM answer a WHERE a.contact = c.id)) FROM contact c JOIN unit u ON u.id = c.unit"
             " JOIN campaign k ON k.id = c.campaign WHERE k.key = ? GROUP BY u.code")
    want = defaultdict(lambda: [0, 0, 0, 0])
    for code, n, took in db.execute(count, (newer,)):
        want[code][0] += n
        want[code][1] += took
    for code, n, took in db.execute(count, (other,)):
        to = becomes[code][0] if len(becomes[code]) == 1 else code if code in want else None
        if to:
            want[to][2] += n
            want[to][3] += took
    faults, rows = [], dicts("comparison")
    for r in rows:
        if not r["unit"]:
            continue
        got = [int(r[f"{k}_{c}"]) for k in (newer, other) for c in ("nominated", "took_part")]
        if got != want[r["unit"]]:
            faults.append((r["unit"], got, want[r["unit"]]))
        a, b = r[f"{older_key}_percent"], r[f"{campaign_key}_percent"]
        if a and b and abs(abs(float(b) - float(a)) - abs(float(r["change_points"]))) > 0.051:
            faults.append((r["unit"], a, b, r["change_points"]))
    total = next(r for r in rows if r["name"] == "TOTAL")
    for k in (newer, other):
        n = one("SELECT count(*) FROM contact c JOIN campaign k ON k.id = c.campaign WHERE k.key = ?", k)
        if int(total[f"{k}_nominated"]) != n or sum(int(r[f"{k}_nominated"]) for r in rows if r is not total) != n:
            faults.append((k, total[f"{k}_nominated"], n))
    told(faults, f"comparison: units of {other} upon those of {newer}, {sum(w[2] > 0 for w in want.values())} with people of both")
    same(sum(r["kind"] == "province" for r in rows), 34, "... 34 provinces")
    merged = [r for r in rows if sum(r["unit"] in becomes[p] for p in becomes) > 1 and int(r[f"{other}_nominated"]) > 0]
    told([] if merged else ["none"], f"... {len(merged)} of them of several")


def check_outside():
    head, rows = read_csv("outside")
    first = head.index("nominated")
    cells = [[c for c in r[first:-1]] for r in rows]		# nominated, then what it is made of
    small = [(r[0], c) for r, line in zip(rows, cells) for c in line if c != "c" and 0 < int(c) < 5]
    told(small, "outside: no count above zero and below five")
    known = {(i, j): (int(c) if c != "c" else None) for i, line in enumerate(cells) for j, c in enumerate(line)}
    hidden = sum(v is None for v in known.values())
    last, found, again = len(cells) - 1, 0, True
    while again:						# every row and column by which one number can be worked out
        again = False
        lines = [[(i, j) for j in range(len(cells[0]))] for i in range(len(cells))] + \
            [[(last, j)] + [(i, j) for i in range(last)] for j in range(len(cells[0]))]
        for line in lines:
            missing = [k for k in line if known[k] is None]
            if len(missing) == 1:
                rest = sum(known[k] for k in line[1:] if known[k] is not None)
                known[missing[0]] = known[line[0]] - rest if missing[0] != line[0] else rest
                found, again = found + 1, True
    same((found, hidden > 0), (0, True), f"... {hidden} counts are hidden, none can be worked out by subtraction")
    shown = {r[head.index("unit")]: r[first] for r in rows if r[first] != "c" and r[1]}
    want = dict(db.execute("SELECT u.code, count(*) FROM contact c JOIN unit u ON u.id = c.unit WHERE c.campaign = ? GROUP BY u.code", (campaign,)))
    told([(k, v, want.get(k)) for k, v in shown.items() if int(v) != want.get(k)], f"... {len(shown)} totals that are shown are right")


def check_names():
    names = {n for n, in db.execute("SELECT name FROM contact WHERE campaign = ?", (campaign,)) if len(n) > 8}
    own = {n for n, in db.execute("SELECT c.name FROM contact c JOIN unit u ON u.id = c.unit WHERE c.campaign = ? AND u.code = 'T92'", (campaign,))}

    def texts(name):
        with open(f"{folder}/{name}.csv", encoding="utf-8") as f:
            yield f.read()
        with open(f"{folder}/{name}.html", encoding="utf-8") as f:
            yield html.unescape(f.read())
        with open(f"{folder}/{name}.json", encoding="utf-8") as f:
            yield json.dumps(json.load(f), ensure_ascii=False)
        book = Book(name)
        for n in range(len(book.sheets)):
            yield "\n".join(c for _, r in book.rows(n) for c in r)
    told([n for t in texts("outside") for n in names if n in t], "outside: nobody is named, in no form")
    told([m for t in texts("outside") for m in re.findall(r"[\w.]+@[\w.]+", t)], "... and no address stands there")
    others = names - own
    told([n for t in texts("unit") for n in others if re.search(rf"(^|[>,\"\n]){re.escape(n)}($|[<,\"\n])", t)],
         "a unit's own copy names nobody of another unit")
    people = [r for _, r in Book("unit").rows(2)][3:]
    same(sorted(r[0] for r in people if r), sorted(n.strip() for n, in db.execute(
        "SELECT c.name FROM contact c JOIN unit u ON u.id = c.unit WHERE c.campaign = ? AND u.code = 'T92'", (campaign,))), "... and all of its own")


def check_formulas():
    book = Book("people")
    cells = [c for _, r in book.rows(0) for c in r]
    told([] if "=cmd|' /C calc'!A0" in cells else ["it is not there"], "a name that looks like a formula is text in the workbook")
    with open(f"{folder}/people.desk.csv", encoding="utf-8-sig") as f:
        told([] if "\"'=cmd|' /C calc'!A0\"" in f.read() else ["not guarded"], "... and guarded in the CSV for Excel")


for report, n_charts in (("participation", 1), ("causes", 2), ("delivery", 2), ("response", 1), ("coverage", 1), ("comparison", 0), ("outside", 1),
                         ("placement", 0)):
    check_forms(report, n_charts)
check_participation()
check_delivery()
check_response()
check_coverage()
check_comparison()
check_outside()
check_names()
check_formulas()
sys.exit(1 if bad else 0)
