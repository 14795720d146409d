#!/usr/bin/env python3
"""A crowd before the desk: slow ones, loud ones, and some who only want to read.

usage: desk-crowd.py BASE SECONDS [HEADER]...

For so long: 1,000 clients that send a request octet by octet and never end it
(who is dropped comes back); heads of up to a megabyte; methods there are not;
paths of random octets, escapes that are none, dots, NULs; bodies that do not
fit their length; answers that nobody reads to the end. Meanwhile a reader asks
for one page of the desk after another, as people do. Prints what was answered,
by status, and ends with 0 when the reader was answered each time, with 200,
and nobody got a 5xx.
"""
import asyncio
import collections
import random
import sys
import time
from urllib.parse import urlparse

base, seconds, headers = urlparse(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]
HOST, PORT = base.hostname, base.port
SESSION = "".join(h + "\r\n" for h in headers).encode()
SLOW = 1000
PAGES = ["", "/actions", "/units", "/units/T92", "/domains", "/people", "/people?page=9", "/waves", "/reports"]
ODD = [b"%", b"%zz", b"%00", b"%ff%fe", b"..", b"../../etc/passwd", b"%2e%2e%2f", b"\xc3\x28", b"\xff\xfe", b"'\"<script>",
       b"{{token}}", b"[[a|b]]", b"c/k", b"c/k/units", b"c/k/people", b"people/-1", b"people/99999999999999999999", b"?", b"?page=-1",
       b"?page=18446744073709551616", b"?cause=%00", b"?lang=xx", b"&", b";", b"a" * 200, b"report/k/participation", b"static/",
       b"api/v1/campaigns", b"reports/causes.csv", b"metrics", b"/", b"//"]
METHODS = [b"GET", b"POST", b"HEAD", b"PUT", b"DELETE", b"OPTIONS", b"TRACE", b"CONNECT", b"BREW", b"get", b"\x00", b"G" * 5000, b"PROPFIND"]
chance = random.Random(2021)
statuses = collections.Counter()
slow_alive = slow_most = slow_dropped = 0
reader = []			# (status, seconds)


async def connect():
    return await asyncio.open_connection(HOST, PORT)


async def talk(text, patience=20):
    """The status of the answer; 0: the connection was closed without one."""
    try:
        r, w = await connect()
    except OSError:
        return 0
    try:
        w.write(text)
        await w.drain()
        line = await asyncio.wait_for(r.readline(), patience)
        return int(line.split()[1]) if line.startswith(b"HTTP/") else 0
    except (OSError, ValueError, IndexError):
        return 0
    finally:
        w.close()


async def slow(until, n):
    global slow_alive, slow_most, slow_dropped
    await asyncio.sleep(n / SLOW * 2)
    while time.monotonic() < until:
        try:
            r, w = await connect()
        except OSError:
            await asyncio.sleep(1)
            continue
        slow_alive += 1
        slow_most = max(slow_most, slow_alive)
        try:
            for octet in b"GET /c/k HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: " + b"a" * 100000:
                w.write(bytes([octet]))
                await w.drain()
                if r.at_eof() or time.monotonic() > until:
                    break
                await asyncio.sleep(chance.uniform(0.2, 1))
        except OSError:
            pass
        slow_alive -= 1
        slow_dropped += time.monotonic() < until
        w.close()


def noise():
    kind = chance.randrange(6)
    host = b"Host: 127.0.0.1\r\n"
    if kind == 0:
        return b"GET /c/k HTTP/1.1\r\n" + host + b"X-Huge: " + b"h" * chance.choice([4000, 40000, 400000, 1000000]) + b"\r\n\r\n"
    if kind == 1:
        return chance.choice(METHODS) + b" /c/k/units HTTP/1.1\r\n" + host + SESSION + b"\r\n"
    if kind == 2:
        path = b"/" + b"/".join(chance.choice(ODD) for _ in range(chance.randrange(1, 6)))
        return b"GET " + path.replace(b" ", b"") + b" HTTP/1.1\r\n" + host + SESSION + b"\r\n"
    if kind == 3:
        path = bytes(chance.randrange(33, 256) for _ in range(chance.randrange(1, 300)))
        return b"GET /" + path + b" HTTP/1.1\r\n" + host + SESSION + b"\r\n"
    if kind == 4:
        length = chance.choice([b"0", b"9999999999999", b"-1", b"1e3", b"8193", b"20"])
        return (b"POST /c/k/people HTTP/1.1\r\n" + host + SESSION + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
                length + b"\r\n\r\nwho=" + bytes(chance.randrange(256) for _ in range(16)) + b"x" * chance.choice([0, 9000]))
    return bytes(chance.randrange(256) for _ in range(chance.randrange(1, 3000))) + b"\r\n\r\n"


async def loud(until):
    while time.monotonic() < until:
        # Some servers wait for the rest of what was announced: so do not we.
        try:
            statuses[await talk(noise(), 3)] += 1
        except asyncio.TimeoutError:
            statuses["waits"] += 1


async def leaver(until):
    """Asks for large pages, reads a little and goes."""
    while time.monotonic() < until:
        try:
            r, w = await connect()
            w.write((b"GET /c/k/reports/causes.csv HTTP/1.1\r\nHost: 127.0.0.1\r\n" + SESSION + b"\r\n") * 5)
            await w.drain()
            await r.read(100)
            w.transport.abort()
        except OSError:
            pass
        await asyncio.sleep(0.05)


async def read_on(until):
    n = 0
    while time.monotonic() < until:
        path = "/c/k" + PAGES[n % len(PAGES)]
        began = time.monotonic()
        try:
            status = await talk(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n".encode() + SESSION + b"\r\n", 60)
        except asyncio.TimeoutError:
            status = 0
        reader.append((status, time.monotonic() - began, path))
        n += 1
        await asyncio.sleep(0.1)


async def main():
    until = time.monotonic() + seconds
    await asyncio.gather(*(slow(until, n) for n in range(SLOW)), *(loud(until) for _ in range(8)), leaver(until), read_on(until))
    bad = [one for one in reader if one[0] != 200]
    fives = sum(n for s, n in statuses.items() if isinstance(s, int) and s >= 500)
    times = sorted(t for _, t, _ in reader)
    print("answers to noise:", ", ".join(f"{s or 'closed'} {n}" for s, n in sorted(statuses.items(), key=str)))
    print(f"slow clients at once: {slow_most}, dropped {slow_dropped} times")
    print(f"reader: {len(reader)} pages, {len(bad)} not answered with 200, the slowest took {times[-1]:.2f} s" if times else "reader: none")
    for one in bad[:5]:
        print("bad:", one)
    print(f"5xx: {fives}")
    return 1 if bad or fives or not reader or slow_most < SLOW * 0.9 else 0


sys.exit(asyncio.run(main()))
