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
        text = re.sub(r'\bBOTH\("', '{ "/api/v1/campaigns/*', f.read())
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
            units = op["GET", K + "/units"].ask(args, q, desk)
            for u in units["units"]:
                op["GET", K + "/units/{code}"].ask({**args, "code": u["code"]}, q, desk)
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
                    op["GET", K + "/people/{id}"].ask({**args, "id": p["id"]}, q, desk)
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
    walk(op, (o.desk, [tuple(h.split(": ", 1)) for h in o.header]), (o.public, []), o.key)
    for (method, path), one in op.items():
        if not one.seen:
            fault(f"{method} {path} was not asked for")
    print(f"{len(op)} operations, {answers} answers, {len(faults)} faults")
    return 1 if faults else 0


sys.exit(main())
