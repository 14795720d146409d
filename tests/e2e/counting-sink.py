#!/usr/bin/env python3
"""counting-sink.py PORT-FILE LOG DELAY_MS [REPLIES] - an SMTP sink that writes down what it takes.

One line a message, "recipient message-id", written the moment the final dot
has been read: before the delay and before the reply, as a receiver whose
answer never arrives would have the message all the same.

A line "PART REPLY" of the file REPLIES is what a recipient that contains PART
gets at RCPT; it is read anew for each.
"""
import asyncio
import os
import sys

port_file, log_path, delay = sys.argv[1], sys.argv[2], float(sys.argv[3]) / 1000
replies_path = sys.argv[4] if len(sys.argv) > 4 else os.devnull
log = open(log_path, "ab", buffering=0)


def reply_to(recipient):
    with open(replies_path, "rb") as f:
        for line in f:
            part, reply = line.strip().split(b" ", 1)
            if part in recipient:
                return reply + b"\r\n"
    return b"250 2.1.5 ok\r\n"


async def guest(reader, writer):
    recipient, taken = b"", False
    try:
        writer.write(b"220 sink.test ESMTP\r\n")
        while line := await reader.readline():
            word = line[:4].upper()
            if word == b"EHLO":
                writer.write(b"250-sink.test\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250 DSN\r\n")
            elif word == b"RCPT":
                recipient = line[line.index(b"<") + 1:line.index(b">")]
                reply = reply_to(recipient)
                taken = reply.startswith(b"250")
                writer.write(reply)
            elif word == b"DATA" and not taken:
                writer.write(b"503 5.5.1 no recipient\r\n")
            elif word == b"DATA":
                writer.write(b"354 go on\r\n")
                await writer.drain()
                message = await reader.readuntil(b"\r\n.\r\n")
                at = message.lower().find(b"\r\nmessage-id:") + 13
                log.write(recipient + b" " + message[at:message.index(b"\r\n", at)].strip() + b"\n")
                await asyncio.sleep(delay)
                writer.write(b"250 2.0.0 taken\r\n")
            elif word == b"QUIT":
                writer.write(b"221 2.0.0 bye\r\n")
                break
            else:
                writer.write(b"250 2.0.0 ok\r\n")
            await writer.drain()
    except (ConnectionError, asyncio.IncompleteReadError, ValueError):
        pass
    writer.close()


async def main():
    server = await asyncio.start_server(guest, "127.0.0.1", 0, limit=1 << 22)
    with open(port_file + ".tmp", "w") as f:
        f.write(str(server.sockets[0].getsockname()[1]))
    os.rename(port_file + ".tmp", port_file)
    await server.serve_forever()

asyncio.run(main())
