#!/usr/bin/env python3
"""Does docs/openapi.json say what the running desk does?

usage: check-openapi.py DESK PUBLIC [--key FILE] [--header 'NAME: VALUE']...

DESK and PUBLIC are the two servers, as http://127.0.0.1:PORT. Every operation
that is described is asked for, in both languages, with every campaign and
unit there is, people of every cause and page after page of one list; each
answer must have a described status and type and fit its schema. What counts
must add up: nominated = the sum of the causes, everywhere. A route under
/api/v1 of daemon/web/routes.c that is not described is a fault, as is one
that is described and not served. --header goes to the desk (a session).

The schemas are read with a validator of the keywords that they use; another
keyword is a fault, so that none can stand there without being looked at.
"""
import argparse
import json
import re
import sys
import urllib.error
import urllib.parse
import urllib.request

DOC = json.load(open("docs/openapi.json", encoding="utf-8"))
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
faults = []
answers = 0


def fault(text):
    faults.append(text)
    if len(faults) <= 40:
        print("FAILED", text)


# --- schemas

NOTES = {"description", "summary", "title"}
MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$")


def resolve(o):
    while "$ref" in o:
        at = DOC
        for part in o["$ref"].removeprefix("#/").split("/"):
            at = at[part]
        o = at
    return o


def is_type(name, v):
    if name == "integer":
        return isinstance(v, int) and not isinstance(v, bool)
    if name == "number":
        return isinstance(v, (int, float)) and not isinstance(v, bool)
    return isinstance(v, TYPES[name])


def fit(schema, v, where):
    """What is wrong with v, and the members that the schema knows."""
    if "$ref" in schema:
        return fit(resolve(schema), v, where)
    wrong, known = [], set()

    def expect(good, text):
        if not good:
            wrong.append(f"{where}: {text}: {json.dumps(v, ensure_ascii=False)[:120]}")

    for word, arg in schema.items():
        if word in NOTES or word in ("additionalProperties", "unevaluatedProperties"):
            continue
        if word == "type":
            expect(any(is_type(t, v) for t in ([arg] if isinstance(arg, str) else arg)), f"no {arg}")
        elif word == "enum":
            expect(v in arg, "not in the list")
        elif word == "format":
            expect(arg == "date-time" and isinstance(v, str) and MOMENT.match(v), f"no {arg}")
        elif word == "pattern":
            expect(not isinstance(v, str) or re.search(arg, v), f"does not match {arg}")
        elif word == "minimum":
            expect(not is_type("number", v) or v >= arg, f"less than {arg}")
        elif word == "maximum":
            expect(not is_type("number", v) or v <= arg, f"more than {arg}")
        elif word in ("minLength", "maxLength", "minItems", "maxItems"):
            kind = str if word.endswith("Length") else list
            expect(not isinstance(v, kind) or (len(v) >= arg if word.startswith("min") else len(v) <= arg), f"{word} {arg}")
        elif word == "items":
            for i, item in enumerate(v if isinstance(v, list) else []):
                wrong += fit(arg, item, f"{where}[{i}]")[0]
        elif word == "required":
            for name in arg if isinstance(v, dict) else []:
                expect(name in v, f"'{name}' is missing")
        elif word == "properties":
            for name, part in arg.items() if isinstance(v, dict) else []:
                if name in v:
                    known.add(name)
                    wrong += fit(part, v[name], f"{where}.{name}")[0]
        elif word == "allOf":
            for part in arg:
                bad, names = fit(part, v, where)
                wrong += bad
                known |= names
        elif word == "anyOf":
            tries = [fit(part, v, where) for part in arg]
            good = [names for bad, names in tries if not bad]
            if good:
                known |= set().union(*good)
            else:
                wrong += min((bad for bad, _ in tries), key=len)
        else:
            wrong.append(f"the schema says '{word}', which this check does not know")
    closed = schema.get("additionalProperties") is False or schema.get("unevaluatedProperties") is False
    if closed and isinstance(v, dict):
        for name in v.keys() - known:
            wrong.append(f"{where}: '{name}' is not described")
    return wrong, known


def adds_up(v, where):
    if isinstance(v, list):
        for i, item in enumerate(v):
            adds_up(item, f"{where}[{i}]")
    elif isinstance(v, dict):
        if "nominated" in v and "causes" in v:
            total = sum(c["people"] for c in v["causes"])
            if total != v["nominated"]:
                fault(f"{where}: {v['nominated']} nominated, {total} by cause")
            for form in v["instruments"]:
                if form["answered"] + form["missing"] != v["nominated"]:
                    fault(f"{where}: {form['key']} does not add up")
        for name, item in v.items():
            adds_up(item, f"{where}.{name}")


# --- asking

FROM_HERE = [("X-Requested-With", "check-openapi")]


class StayHere(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), StayHere)


def ask(base, method, path, headers=(), body=None):
    r = urllib.request.Request(base + path, data=body, method=method, headers=dict(headers))
    try:
        with OPENER.open(r, timeout=60) as reply:
            return reply.status, reply.headers, reply.read()
    except urllib.error.HTTPError as e:
        return e.code, e.headers, e.read()


class Operation:
    def __init__(self, path, method):
        self.path, self.method = path, method
        self.what = DOC["paths"][path][method.lower()]
        self.seen = set()

    def ask(self, args, query, servers, body=None, headers=(), want=200):
        """The answer as data, held against what is described."""
        global answers
        path = self.path
        for name, value in args.items():
            path = path.replace("{%s}" % name, urllib.parse.quote(str(value), safe=""))
        if query:
            path += "?" + urllib.parse.urlencode(query)
        base, common = servers
        status, head, text = ask(base, self.method, path, [*common, *headers], body)
        answers += 1
        self.seen.add(status)
        name = f"{self.method} {path}"
        if status != want:
            fault(f"{name}: {status} instead of {want}")
        told = self.what["responses"].get(str(status)) or self.what["responses"].get("default")
        if not told:
            fault(f"{name}: {status} is not described")
            return None
        kind = head.get_content_type()
        content = resolve(told)["content"]
        if kind not in content:
            fault(f"{name}: {status} is {kind}, described is {', '.join(content)}")
            return None
        try:
            data = json.loads(text)
        except ValueError as e:
            fault(f"{name}: no JSON: {e}")
            return None
        for wrong in fit(content[kind]["schema"], data, name)[0][:5]:
            fault(wrong)
        if data != DOC:
            adds_up(data, name)
        return data if status == want == 200 else None


def each_route():
    with open("daemon/web/routes.c", encoding="utf-8") as f:
        text = re.sub(r'\bBOTH\("', '{ "/api/v1/campaigns/*', re.sub(r'\bBESIDE\("', '{ "/api/v1', f.read()))
        for pattern, get, post in re.findall(r'\{ "(/api/v1/[^"]*)", (\w+), (\w+),', text):
            for method, handler in (("GET", get), ("POST", post)):
                if handler != "NULL":
                    yield pattern, method


def compare_routes():
    described = {(re.sub(r"\{\w+\}", "*", p), m.upper()) for p, item in DOC["paths"].items() for m in item
                 if m in ("get", "post", "put", "delete", "patch")}
    served = set(each_route())
    for pattern, method in sorted(served - described):
        fault(f"{method} {pattern} is served and not described")
    for pattern, method in sorted(described - served):
        fault(f"{method} {pattern} is described and not served")


def check_changes(today, people, args, q, desk):
    """Before + came - went = now, everywhere; and as many people stand behind each number."""
    for since in ("wave", "yesterday"):
        data = today.ask(args, {**q, "since": since}, desk)
        since = data["changes"]["since"]
        for line in data["changes"]["lines"] + data["changes"]["causes"]:
            if line["before"] + line["came"] - line["went"] != line["now"]:
                fault(f"changes {since}: {line['key']} does not add up")
        causes = {c["key"]: c["people"] for c in data["causes"]}
        if {c["key"]: c["now"] for c in data["changes"]["causes"] if c["now"]} != causes:
            fault(f"changes {since}: what is now is not what the causes are")
        if sum(d["people"] for d in data["trend"]["days"]) != data["took_part"]:
            fault("the days do not add up to those who took part")
        for line in data["changes"]["lines"]:
            for way, end in (("came", ""), ("went", "-no-more")):
                if line["key"] == "rosters" or not line[way + "_url"]:
                    continue
                found = people.ask(args, {**q, "since": since, "change": line["key"] + end}, desk)["found"]
                if found != line[way]:
                    fault(f"changes {since}: {line['key']} {way}: {line[way]}, but {found} people are listed")


def check_units(units, own, args, q, desk):
    """The same people, whatever the directory, the order and the view."""
    total = {n: own["total"][n] for n in ("nominated", "mailable", "invited", "accepted", "took_part", "failed")}
    codes = {u["code"] for u in own["units"]}
    for tree in own["tree_choices"]:
        data = units.ask(args, {**q, "tree": tree["value"]} if tree["value"] else q, desk)
        if any(data["total"][n] != v for n, v in total.items()):
            fault(f"{tree['text']}: other totals than the campaign's own directory")
        for u in data["units"]:
            if u["contains"] and sum(one["nominated"] for one in u["contains"]) != u["nominated"]:
                fault(f"{u['code']} is not the sum of what it contains")
        known = {one["code"] for u in data["units"] for one in u["contains"]} | {u["url"].rsplit("/", 1)[1] for u in data["units"] if u["url"]}
        if tree["value"] and known != codes:
            fault(f"{tree['text']}: not each unit of the campaign stands there: {codes ^ known}")
    for column in own["columns"]:
        for sort in (column["key"], "-" + column["key"]):
            data = units.ask(args, {**q, "sort": sort}, desk)
            if {u["code"] for u in data["units"]} != codes:
                fault(f"sorted by {sort} other units are shown")
            values = [u["took_part_share"] if column["key"] == "share" else u.get(column["key"]) for u in data["units"]]
            values = [v for v in values if isinstance(v, (int, float))]
            if values != sorted(values, reverse=sort[0] == "-"):
                fault(f"not sorted by {sort}")
    areas = [a["value"] for a in own["area_choices"] if a["value"] != "city"]
    seen = [u["code"] for a in areas for u in units.ask(args, {**q, "area": a}, desk)["units"]]
    if sorted(seen) != sorted(u["code"] for u in own["units"] if u["kind"] == "province"):
        fault("the regions are not all provinces, each once")
    for c in own["cause_choices"][:4]:
        data = units.ask(args, {**q, "cause": c["value"], "view": "small", "sort": "-cause"}, desk)
        n = {u["code"]: sum(k["people"] for k in u["causes"] if k["key"] == c["value"]) for u in own["units"]}
        if {u["code"]: u["of_cause"] for u in data["units"]} != {k: v for k, v in n.items() if v}:
            fault(f"units with {c['value']}: not those that have such people")


def check_domains(op, K, args, q, desk):
    listed, page = [], 1
    while True:
        data = op["GET", K + "/domains"].ask(args, {**q, "page": page}, desk)
        listed += data["domains"]
        if not data["next_url"]:
            break
        page += 1
    if len(listed) != data["all"] or sum(d["nominated"] for d in listed) != op["GET", K].ask(args, q, desk)["nominated"]:
        fault("the mail domains are not everybody")
    if [d["refuses"] for d in listed] != sorted((d["refuses"] for d in listed), reverse=True) or \
            sum(d["refuses"] for d in listed) != data["refusing"]:
        fault("those that refuse do not come first")
    for which in ("refusing", "silent"):
        some = op["GET", K + "/domains"].ask(args, {**q, "which": which}, desk)
        if which == "refusing" and some["found"] != data["refusing"]:
            fault("those that refuse are not those that refuse")
    for d in [d for d in listed if d["domain"]][:12]:
        one = op["GET", K + "/domains/{domain}"].ask({**args, "domain": d["domain"]}, q, desk)
        for name in ("nominated", "refused", "took_part", "accepted"):
            if sum(u[name] for u in one["units"]) != d[name]:
                fault(f"{d['domain']}: the units behind it do not add up: {name}")
        if op["GET", K + "/people"].ask(args, {**q, "domain": d["domain"]}, desk)["found"] != d["nominated"]:
            fault(f"{d['domain']}: other people are listed")
    for x in op["GET", K + "/domains"].ask(args, {**q, "which": "exchangers"}, desk)["exchangers"][:6]:
        one = op["GET", K + "/exchangers/{host}"].ask({**args, "host": x["exchanger"]}, q, desk)
        if sum(u["nominated"] for u in one["units"]) != x["nominated"] or sum(m["refused"] for m in one["domains"]) != x["refused"]:
            fault(f"{x['exchanger']} does not add up")
    op["GET", K + "/domains/{domain}"].ask({**args, "domain": "nowhere.example"}, q, desk, want=404)
    op["GET", K + "/exchangers/{host}"].ask({**args, "host": "mx.nowhere.example"}, q, desk, want=404)


def check_unit(data):
    """What a unit's page says in several places is the same."""
    for name in ("nominated", "accepted", "took_part"):
        if sum(d[name] for d in data["domains"]) != data[name]:
            fault(f"{data['code']}: its mail domains do not add up: {name}")
    if sum(t["count"] for t in data["timeline"] if t["kind"] == "answer") != data["took_part"]:
        fault(f"{data['code']}: the answers of its timeline do not add up")
    if sum(f["mended"] for f in data["files"]) < data["corrections"]["mended"]:
        fault(f"{data['code']}: more people are corrected than its files have corrected")
    if data["sees_people"] and data["found"] != data["nominated"]:
        fault(f"{data['code']}: {data['found']} people are listed")


def walk(op, desk, public, key_file):
    K, nothing = "/api/v1/campaigns/{key}", {"key": "there is none"}
    served = op["GET", "/api/v1/openapi.json"].ask({}, {}, desk)
    if served != DOC:
        fault("the desk serves another description than docs/openapi.json")
    for lang in ("vi", "en"):
        q = {"lang": lang}
        campaigns = op["GET", "/api/v1/campaigns"].ask({}, q, desk)
        for c in campaigns["campaigns"] if campaigns else []:
            args = {"key": c["key"]}
            for part in ("", "/actions", "/units", "/domains", "/people", "/rosters", "/inbound", "/waves", "/reports"):
                op["GET", K + part].ask(args, q, desk)
            for one in op["GET", K + "/reports"].ask(args, q, desk)["reports"]:
                paper = op["GET", K + "/reports/{name}"].ask({**args, "name": one["key"]}, q, desk)
                for t in paper["tables"]:
                    if any(len(row) != len(t["columns"]) for row in t["rows"] + t["totals"]):
                        fault(f"report {one['key']}, table {t['key']}: rows and columns differ")
                    if not t["cut"] and len(t["rows"]) != t["all"]:
                        fault(f"report {one['key']}, table {t['key']}: {len(t['rows'])} rows of {t['all']}")
            op["GET", K + "/reports/{name}"].ask({**args, "name": "nothing"}, q, desk, want=404)
            op["GET", K + "/units/{code}/report"].ask({**args, "code": "T92"}, q, desk)
            op["GET", K + "/units/{code}/report"].ask({**args, "code": "T00"}, q, desk, want=404)
            files = op["GET", K + "/rosters"].ask(args, q, desk)["files"]
            for f in files[:3]:
                rows = op["GET", K + "/rosters/{id}"].ask({**args, "id": f["id"]}, q, desk)
                if f["accepted"] + f["held"] + f["rejected"] + f["repeated"] != f["records"]:
                    fault(f"{f['file']}: its rows do not add up")
                if rows["found"] != f["records"]:
                    fault(f"{f['file']}: {rows['found']} rows of {f['records']}")
                op["POST", K + "/rosters/{id}"].ask({**args, "id": f["id"]}, q, desk, b"row=1", want=403)
            op["POST", K + "/rosters"].ask(args, q, desk, b"", want=403)
            for m in op["GET", K + "/inbound"].ask(args, {**q, "list": "decided"}, desk)["mails"][:1] or [{"id": 1}]:
                op["GET", K + "/inbound/{id}"].ask({**args, "id": m["id"]}, q, desk)
                op["POST", K + "/inbound/{id}"].ask({**args, "id": m["id"]}, q, desk, b"", want=403)
            for w in op["GET", K + "/waves"].ask(args, q, desk)["waves"]:
                one = {**args, "name": w["name"]}
                op["GET", K + "/waves/{name}"].ask(one, q, desk)
                p = op["GET", K + "/waves/{name}/preview"].ask(one, q, desk)
                if p["in"] + sum(s["people"] for s in p["left_out"]) != p["all"] or p["in"] != sum(u["in"] for u in p["units"]):
                    fault(f"{w['name']}: its preview does not add up")
                op["POST", K + "/waves/{name}"].ask(one, q, desk, b"act=pause", want=403)
                op["POST", K + "/waves/{name}"].ask(one, q, desk, b"act=start", FROM_HERE, want=400)
            op["POST", K + "/waves/{name}"].ask({**args, "name": "nothing"}, q, desk, b"act=pause", FROM_HERE, want=404)
            op["POST", K + "/waves"].ask(args, q, desk, b"name=a%20b&template=invitation", FROM_HERE, want=400)
            made = f"made-{lang}"
            op["POST", K + "/waves"].ask(args, q, desk, f"name={made}&template=reminder&audience=unit%3DT92".encode(), FROM_HERE)
            steer = op["POST", K + "/waves/{name}"]
            for act, want in (("pause", 200), ("pause", 409), ("resume", 200), ("resume", 409)):
                steer.ask({**args, "name": made}, q, desk, f"act={act}".encode(), FROM_HERE, want=want)
                lesson = {**args, "id": m["id"]}
                op["GET", K + "/inbound/{id}/rule"].ask(lesson, q, desk)
                op["POST", K + "/inbound/{id}/rule"].ask(lesson, q, desk, b"act=try&meaning=policy&phrase=user+unknown", FROM_HERE)
                op["POST", K + "/inbound/{id}/rule"].ask(lesson, q, desk, b"act=keep&meaning=policy&phrase=a", FROM_HERE, want=400)
            op["GET", K + "/rules"].ask(args, q, desk)
            op["POST", K + "/rules"].ask(args, q, desk, b"line=1&when=x", FROM_HERE, want=404)
            units = op["GET", K + "/units"].ask(args, q, desk)
            for u in units["units"]:
                check_unit(op["GET", K + "/units/{code}"].ask({**args, "code": u["code"]}, q, desk))
            check_changes(op[("GET", K)], op[("GET", K + "/people")], args, q, desk)
            check_units(op[("GET", K + "/units")], units, args, q, desk)
            check_domains(op, K, args, q, desk)
            letter = K + "/units/{code}/letters/{kind}"
            for u in units["units"][:4]:
                for kind in ("numbers", "fix", "refusal"):
                    op["GET", letter].ask({**args, "code": u["code"], "kind": kind}, {**q, "number": "12/ab", "reply_by": "2026-12-01"}, desk)
                op["POST", letter].ask({**args, "code": u["code"], "kind": "fix"}, q, desk, b"", want=403)
                op["GET", letter].ask({**args, "code": u["code"], "kind": "fix"}, {**q, "reply_by": "soon"}, desk, want=422)
            op["GET", letter].ask({**args, "code": "T00", "kind": "fix"}, q, desk, want=404)
            owners = op["GET", K + "/actions"].ask(args, q, desk)["owners"]
            todo = 0
            for o in owners[1:]:
                pages = -(-o["actions"] // 20)
                todo += sum(len(op["GET", K + "/actions"].ask(args, {**q, "owner": o["owner"], "page": n + 1}, desk)["actions"])
                            for n in range(pages))
            if todo != owners[0]["actions"]:
                fault(f"{c['key']}: {todo} actions of each owner, all are {owners[0]['actions']}")
            for kind in units["kind_choices"]:
                for cl in units["class_choices"]:
                    op["GET", K + "/units"].ask(args, {**q, "kind": kind["value"], "class": cl["value"]}, desk)
            people = op["GET", K + "/people"]
            listed = people.ask(args, q, desk)
            total = 0
            for choice in listed["cause_choices"]:
                some = people.ask(args, {**q, "cause": choice["value"]}, desk)
                total += some["found"]
                for p in some["people"][:3]:
                    one = {**args, "id": p["id"]}
                    op["GET", K + "/people/{id}"].ask(one, q, desk)
                    op["GET", K + "/people/{id}/resend"].ask(one, q, desk)
                    op["POST", K + "/people/{id}"].ask(one, q, desk, b"act=note&note=x", want=403)
                    op["POST", K + "/people/{id}"].ask(one, q, desk, b"act=say&kind=away&note=x", FROM_HERE, want=400)
                    op["POST", K + "/people/{id}/resend"].ask(one, q, desk, b"", want=403)
            if total != listed["found"]:
                fault(f"{c['key']}: the people of each cause are {total}, all are {listed['found']}")
            ids = set()
            for page in range(1, 1000):
                some = people.ask(args, {**q, "page": page}, desk)
                ids |= {p["id"] for p in some["people"]}
                if not some["next_url"]:
                    break
            if len(ids) != listed["found"]:
                fault(f"{c['key']}: {len(ids)} people on {page} pages, {listed['found']} found")
            for who in {p["name"] for p in listed["people"][:2]} | {p["email"] for p in listed["people"][:2]} | {"nobody at all"}:
                op["POST", K + "/people"].ask(args, q, desk, urllib.parse.urlencode({"who": who}).encode(), FROM_HERE)
            op["GET", K + "/units/{code}"].ask({**args, "code": "T00"}, q, desk, want=404)
            op["GET", K + "/people/{id}"].ask({**args, "id": 10 ** 12}, q, desk, want=404)
            op["POST", K + "/people"].ask(args, q, desk, b"who=a", want=403)
            op["POST", K + "/people"].ask(args, q, desk, b"who=", FROM_HERE, want=400)
        for part in ("", "/actions", "/units", "/domains", "/people", "/waves", "/reports"):
            op["GET", K + part].ask(nothing, q, desk, want=404)
        op["POST", K + "/people"].ask(nothing, q, desk, b"who=a", FROM_HERE, want=404)
    take = op["POST", "/api/v1/answers"]
    as_json = [("Content-Type", "application/json")]
    take.ask({}, {}, public, b"[]", as_json, want=401 if key_file else 404)
    if key_file:
        with open(key_file, encoding="utf-8") as f:
            bearer = [("Authorization", "Bearer " + f.readline().strip())]
        take.ask({}, {}, public, b"[]", bearer, want=415)
        take.ask({}, {}, public, b"[", [*as_json, *bearer], want=400)
        take.ask({}, {}, public, b'{"token":"nobody","instrument":"survey"}', [*as_json, *bearer], want=422)
        for p in op["GET", K + "/people"].ask(args, {"cause": "answered"}, desk)["people"][:1]:
            person = op["GET", K + "/people/{id}"].ask({**args, "id": p["id"]}, {}, desk)
            done = json.dumps([{"token": person["token"], "instrument": v["what"], "answered_at": v["at"]}
                               for v in person["timeline"] if v["kind"] == "answer"]).encode()
            again = take.ask({}, {}, public, done, [*as_json, *bearer], want=200 if c["open"] else 422)
            if again and (again["already_known"] == 0 or again["recorded"] > 0):
                fault("an answer that is known is not already_known")


def walk_accounts(op, desk):
    """Accounts, keys and the log; what is made here is not left active."""
    form = lambda **fields: urllib.parse.urlencode(fields).encode()
    made = "a sentence that nobody knows"
    for lang in ("vi", "en"):
        q = {"lang": lang}
        users = op["GET", "/api/v1/users"].ask({}, q, desk)["users"]
        account = op["GET", "/api/v1/account"].ask({}, q, desk)
        if [u["name"] for u in users if u["self"]] != [account["name"]]:
            fault("/users and /account do not agree on who asks")
        one, change = op["GET", "/api/v1/users/{id}"], op["POST", "/api/v1/users/{id}"]
        for u in users:
            one.ask({"id": u["id"]}, q, desk)
        one.ask({"id": 10 ** 9}, q, desk, want=404)
        name = f"made-{lang}"
        op["POST", "/api/v1/users"].ask({}, q, desk, form(name=name, role="viewer", password=made), FROM_HERE)
        op["POST", "/api/v1/users"].ask({}, q, desk, form(name=name, role="viewer", password=made), FROM_HERE, want=400)
        op["POST", "/api/v1/users"].ask({}, q, desk, form(name="x", role="viewer", password=made), want=403)
        new = {"id": next(u["id"] for u in op["GET", "/api/v1/users"].ask({}, q, desk)["users"] if u["name"] == name)}
        for act in ("disable", "enable", "logout", "second_off"):
            change.ask(new, q, desk, form(act=act), FROM_HERE)
        change.ask(new, q, desk, form(act="password", password=made + "!"), FROM_HERE)
        change.ask(new, q, desk, form(act="password", password="short"), FROM_HERE, want=400)
        change.ask(new, q, desk, form(act="role", role="focal"), FROM_HERE, want=400)
        change.ask({"id": account["id"]}, q, desk, form(act="disable"), FROM_HERE, want=400)
        change.ask(new, q, desk, form(act="disable"), FROM_HERE)
        own = op["POST", "/api/v1/account"]
        offer = own.ask({}, q, desk, form(act="begin"), FROM_HERE)
        if not offer["offer"] or offer["second_factor"]:
            fault("begin: a secret, and nothing is on yet")
        own.ask({}, q, desk, form(act="confirm", code="12"), FROM_HERE, want=400)
        own.ask({}, q, desk, form(act="off", password="not this one"), FROM_HERE, want=400)
        own.ask({}, q, desk, form(act="end_others"), FROM_HERE)
        own.ask({}, q, desk, form(act="begin"), want=403)
        keys = op["POST", "/api/v1/keys"]
        key = keys.ask({}, q, desk, form(act="create", name=name, scopes="counts,people", unit="T92", expires="2099-12-31"), FROM_HERE)
        bearer = (desk[0], [("Authorization", "Bearer " + key["new_key"])])
        op["GET", "/api/v1/campaigns"].ask({}, q, bearer)
        op["GET", "/api/v1/users"].ask({}, q, bearer, want=403)
        keys.ask({}, q, desk, form(act="create", name=name, scopes="counts"), FROM_HERE, want=400)
        keys.ask({}, q, desk, form(act="revoke", name=name), FROM_HERE)
        keys.ask({}, q, desk, form(act="revoke", name="nobody"), FROM_HERE, want=404)
        op["GET", "/api/v1/campaigns"].ask({}, q, bearer, want=401)
        op["GET", "/api/v1/keys"].ask({}, q, desk)
        log = op["GET", "/api/v1/audit"]
        seen, before, rows = set(), None, None
        while True:
            rows = log.ask({}, {**q, **({"before": before} if before else {})}, desk)
            seen |= {r["id"] for r in rows["rows"]}
            if not rows["next_url"]:
                break
            before = rows["rows"][-1]["id"]
        if len(seen) != max(seen) or rows["chain"]["state"] != "whole":
            fault(f"the audit log: {len(seen)} rows of {max(seen)}, {rows['chain']['state']}")
        for who in rows["who_choices"]:
            if {r["actor"] for r in log.ask({}, {**q, "who": who["value"]}, desk)["rows"]} != {who["value"]}:
                fault(f"the audit log of {who['value']} has others in it, or none")
        for what in rows["what_choices"]:
            if {r["action"] for r in log.ask({}, {**q, "what": what["value"]}, desk)["rows"]} != {what["value"]}:
                fault(f"the audit log of '{what['value']}' has other things in it, or none")
            if lang == "vi" and what["text"] == what["value"]:
                fault(f"'{what['value']}' has no words")
        if op["POST", "/api/v1/audit"].ask({}, q, desk, b"", FROM_HERE)["chain"]["state"] != "whole":
            fault("the chain is not whole")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("desk")
    parser.add_argument("public")
    parser.add_argument("--key")
    parser.add_argument("--header", action="append", default=[])
    o = parser.parse_args()
    if DOC["openapi"] != "3.1.0":
        fault("docs/openapi.json is no OpenAPI 3.1.0")
    compare_routes()
    op = {(m.upper(), p): Operation(p, m.upper()) for p, item in DOC["paths"].items() for m in item if m in ("get", "post")}
    desk = (o.desk, [tuple(h.split(": ", 1)) for h in o.header])
    walk(op, desk, (o.public, []), o.key)
    walk_accounts(op, desk)
    for (method, path), one in op.items():
        if not one.seen:
            fault(f"{method} {path} was not asked for")
    print(f"{len(op)} operations, {answers} answers, {len(faults)} faults")
    return 1 if faults else 0


sys.exit(main())
